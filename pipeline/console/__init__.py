"""What a person at a terminal sees: flags, progress, summary tables."""
