"""Makes a small news wiki whose captions, mentions and clues are known."""
