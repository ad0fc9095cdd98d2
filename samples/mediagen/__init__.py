"""Draws the pictures and films of the sample world, in every format."""
