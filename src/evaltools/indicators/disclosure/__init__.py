"""Disclosure control of what leaves the indicators: rules, suppression."""
