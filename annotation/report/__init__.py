"""Agreement and statistics as pages and files."""
