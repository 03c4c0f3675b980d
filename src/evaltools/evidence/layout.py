"""Where in the data folder stands what is beside the evidence: paths below it.

The tables stand where the descriptor says. These places are the tool's own.
"""

from __future__ import annotations

CODERS = "coding/coders"
"""What coders are writing in the panel, a folder each; no evidence until it is imported."""

RECEIVED = "reports/received"
"""Reports as they were received; rows of documents hold their hashes."""

REPLACED = "reports/replaced"
"""Earlier versions of reports, and passages that were lost with them."""

IMPORT_LOG = "reports/import.csv"
"""What was read of each file that came in."""

BESIDE_EVIDENCE = (CODERS, IMPORT_LOG, RECEIVED, REPLACED)
"""All that no run depends on."""
