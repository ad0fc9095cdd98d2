"""Commands of `python -m annotation`, a module each."""
