"""Disclosure control: what of ratings, savings, quotes and candid words may be published."""
