"""From Wikimedia dumps to a multimodal entity-linking data set and its KB."""
