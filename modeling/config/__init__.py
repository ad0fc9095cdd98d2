"""What a run is asked for, checked before the first record."""
