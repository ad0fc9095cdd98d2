"""What a wiki calls things: siteinfo, title keys, surface keys, templates."""
