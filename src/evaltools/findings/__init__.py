"""Sentences that judge, bound to the numbers that must bear them out.

Import from the modules: `declaration` (what is declared), `conditions` (what may be required),
`evaluate` and `judgement` (what comes of it), `display` (marks, tables, `findings.json`).
"""
