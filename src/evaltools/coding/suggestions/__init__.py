"""Where to look: passages that may speak of a code, found by keywords, for people to judge."""
