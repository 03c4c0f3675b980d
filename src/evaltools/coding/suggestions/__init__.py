"""Where to look: passages that may speak of a code, found by keywords, for people to judge."""

from evaltools.coding.suggestions.keywords import (
    Keyword,
    Pattern,
    PatternError,
    Suggestion,
    parse_pattern,
    read_keywords,
    suggest,
)

__all__ = [
    "Keyword",
    "Pattern",
    "PatternError",
    "Suggestion",
    "parse_pattern",
    "read_keywords",
    "suggest",
]
