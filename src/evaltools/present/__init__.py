"""House style, figures, tables and language: everything a reader sees of data."""
