"""Coding by people: the panel, what it keeps, what it suggests, and where coders differ."""
