"""A built knowledge base, compiled and read; the arithmetic of P(e|m)."""
