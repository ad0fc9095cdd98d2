"""Staged jobs: chains of Beam pipelines over artifacts."""
