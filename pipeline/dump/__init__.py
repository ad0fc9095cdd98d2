"""Reading Wikimedia dump files: XML pages, ranges, SQL side tables."""
