"""Checks of guideline and form: one registry for server, importers, commands."""
