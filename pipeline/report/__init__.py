"""Pages that people read: self-contained HTML and SVG charts."""
