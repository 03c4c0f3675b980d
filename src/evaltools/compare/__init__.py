"""Comparison: what changed between two reports, in numbers, judgements and prose, and why."""
