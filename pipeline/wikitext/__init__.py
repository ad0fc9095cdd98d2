"""Pure functions from wikitext to links, images, leads and page kinds."""
