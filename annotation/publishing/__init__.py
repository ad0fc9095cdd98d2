"""A data set made ready for others: files, card, description, rights."""
