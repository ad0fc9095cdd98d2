"""Text and image encoders from Hugging Face folders."""
