"""Wikinews articles: dates, captions, credits, topics, cleaning."""
