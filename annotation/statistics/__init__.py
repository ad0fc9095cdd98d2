"""Figures of a finished data set: the paper's tables, both readings."""
