"""Data-set formats: readers that repair and report, and writers."""
