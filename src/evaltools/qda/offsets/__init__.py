"""Offsets: how other tools count positions in a text, and which way a file does."""
