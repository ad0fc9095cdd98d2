"""Hostile image bytes in, one clean picture or a named failure out."""
