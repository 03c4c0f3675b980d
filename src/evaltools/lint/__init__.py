"""Lint of the prose: each sentence answers to the data, or says why it need not.

| code | module | what is reported | methods.md §4 |
|---|---|---|---|
| E01 | `claim_rules` | a percentage without its denominator | E1 |
| E02 | `claim_rules` | a percentage of fewer than ten | E2 |
| E03 | `claim_rules` | a vague quantity that no interval bears out | E3 |
| E04 | `finding_rules` | a finding not declared, never said or said twice | E4 |
| E05 | `prose_references` | a quotation that is not verbatim at its hash | E5 |
| E06 | `claim_rules` | a claim about all projects without the selection block | E6 |
| E07 | `claim_rules` | a causal word, or a causal claim, without a contribution entry | E7 |
| E08 | `finding_rules` | a finding without a search for counter-evidence | E8 |
| E09 | `finding_rules` | a finding on codes whose agreement is not proven, without caveat | E9 |
| E13 | `claim_rules` | a number typed into the prose | (no hand-typed numbers) |
| E14 | `claim_rules` | a count hidden in words | (no hand-typed numbers) |
| E15 | `prose_references` | a figure or table that no text refers to | (unreferenced evidence) |
| E16 | `run` | a waiver that is incomplete, stale or unused | (exceptions are accounted for) |
| E17 | `binding` | a sentence among results that is bound to nothing | (nothing unbound) |
| E18 | `binding` | a number in a sentence about something else | (nothing unbound) |

E02 and E09 need the numbers of a run: E02 is called in staging, E09 where it is published. E10
(disclosure) is `evaltools.disclosure`, E11 (translation, alt text) is checked in staging
and rendering, E12 (stale) by the manifest; their numbers stay free here.
"""
