"""Retrievers, one file each, and the fusion of their lists."""
