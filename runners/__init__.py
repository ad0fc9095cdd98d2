"""Commands: parse flags, call one function, print the summary."""
