"""Hot loops in C, and whether they are in use."""
