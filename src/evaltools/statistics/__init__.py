"""Numbers in, numbers out: nothing here knows of projects, reports or municipalities."""
