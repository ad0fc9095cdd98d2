"""One thin composite PTransform per wiki concept."""
