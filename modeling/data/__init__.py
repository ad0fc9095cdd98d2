"""Data sets, entities, images and candidates as models read them."""
