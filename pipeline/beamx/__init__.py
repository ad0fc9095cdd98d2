"""Beam without wiki knowledge: engine, shuffle, shard sink, progress, resume."""
