"""Codings exchanged with the tools of qualitative analysis.

`readers.read_coding` takes what any of them saves and says what it took it for; the writers are
`refi` for other tools and `tables` for people. All share the records of `model`.
"""
