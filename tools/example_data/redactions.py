"""What of the example's passages is taken out before they are quoted: sums of single savings."""

from __future__ import annotations

import re

from tools.example_data.coders import CONSENSUS
from tools.example_data.public import Row

_SUM = re.compile(r"\d[\d\u00a0]*(?= euro)")
REASON = "amount"


def redactions(segments: list[Row], claims: list[Row]) -> list[Row]:
    """Passages that tell the sum of one project's saving, without the sum.

    A sum is withheld from tables of few projects, so a quote must not give it away. All
    passages that lie over a claim are meant, since coders marked more or less of it.

    Arguments:
        segments, claims: rows of `segments` and `saving_claims`.

    Returns:
        Rows of `redactions`, in the order of the passages.
    """
    places = {row["segment_id"]: row for row in segments}
    claimed = [places[row["segment_id"]] for row in claims if row["segment_id"]]
    rows = []
    for segment in segments:
        text = _SUM.sub("[...]", segment["quote"])
        if text != segment["quote"] and any(_overlap(segment, claim) for claim in claimed):
            rows.append(
                {
                    "segment_id": segment["segment_id"],
                    "text_public": text,
                    "reason": REASON,
                    "approved_by": CONSENSUS["coder_id"],
                }
            )
    return rows


def _overlap(one: Row, other: Row) -> bool:
    return (
        one["document_id"] == other["document_id"]
        and int(one["start"]) < int(other["end"])
        and int(other["start"]) < int(one["end"])
    )
