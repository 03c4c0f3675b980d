"""The evidence trail: every number and finding with what it means, rests on, and is used for.

`page.evidence_pages` writes the appendix as markdown; prose leads to it by the links that
`anchors` makes; `reports/style/evidence.lua` leads back. Import from the modules: `anchors` is
used by the makers of variables, which the page in turn needs.
"""
