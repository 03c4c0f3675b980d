"""Codings exchanged with the tools of qualitative analysis."""
