"""Candidate retrieval and, on top of it, disambiguation models."""
