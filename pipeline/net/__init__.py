"""Polite HTTP: configured hosts only, bounded, resumable, with a contact."""
