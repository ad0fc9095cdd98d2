"""Resampling, intervals and tests that reports of all parts share."""
