"""Annotation projects: assignment, checks, agreement, adjudication, splits."""
