"""Indicators: evidence and parameters in, a record for each number out; a file a chapter."""
