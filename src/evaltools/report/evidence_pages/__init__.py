"""The evidence appendix: every number and finding with what it means, rests on, and is used for.

`page.evidence_pages` writes it as markdown; prose leads to it by the links of `markup`;
`style/evidence.lua` leads back.
"""
