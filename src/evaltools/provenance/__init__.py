"""Provenance: what came from what, by content and not by clock."""
