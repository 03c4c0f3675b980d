"""Texts written elsewhere, held against what was published: which sentences it bears out."""
