"""Makes a small Wikipedia whose truth is known because it was composed."""
