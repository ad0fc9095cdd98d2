"""Ranks, recall, intervals, significance and their tables."""
