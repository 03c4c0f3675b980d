"""House style, figures and tables: everything a reader sees of data."""
