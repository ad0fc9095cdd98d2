"""Splits without leaks: grouping, placing, lock files, verification."""
