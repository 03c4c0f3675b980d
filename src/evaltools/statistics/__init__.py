"""Numbers in, numbers out: nothing here knows of projects or reports.

Public functions are for evaluators and their notebooks, whether or not a chapter of ours calls
them: `agreement.observed_agreement`, `brennan_prediger` and `cohen_kappa` (what other tools for
coding give), `contingency.cooccurrence` and `benjamini_hochberg`, `intervals.clopper_pearson`,
`networks.centralities`. Each names its source, and is tested against what was published.
"""
