"""Facts of single wikis and languages, as JSON files."""
