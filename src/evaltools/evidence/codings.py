"""Codings: from what each coder marked to what a report says.

The unit is the report (the project), not the passage. What a report does not mention is
*silent*, which is not *no*. A coder counts for a document if they read it from beginning to end;
of several complete rounds the last one is theirs. Polarity `mixed` both affirms and denies.

A project is `yes` for a code
* by rule *any*, where at least one coder who counts affirmed it;
* by *majority*, where more than half of them did;
* by *all*, where every one did;
* by *consensus*, where the consensus coder did. A document without a consensus reading is taken
  by rule *all*: what its coders agree on needs no consensus, what they do not has none yet.

It is `no` where the rule is not met by affirming but is by denying, and otherwise `silent`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

CoderRule = Literal["any", "majority", "all", "consensus"]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

PRESENCE_COLUMNS = ["project_id", "code_id", "kind", "state", "segments", "coders"]
LINKED_COLUMNS = ["project_id", "challenge", "response", "links"]


def presence(
    tables: Mapping[str, pd.DataFrame], documents: pd.DataFrame, rule: CoderRule
) -> pd.DataFrame:
    """State of every codable code in every given document.

    Arguments:
        tables: at least codes, coders, readings, segments and codings.
        documents: rows of documents, one a project.
        rule: whose word counts.

    Returns a row for each project × codable code, sorted by both: `project_id`, `code_id`,
    `kind` of the code, `state` (yes, no, silent), `segments` (passages in which coders who count
    affirm the code) and `coders` (how many of them affirm it).
    """
    codes = tables["codes"]
    codes = codes[codes["codable"].fillna(False)].sort_values("code_id")
    documents = documents.sort_values("project_id")
    voters = _voters(tables, rule)
    voters = voters[voters["document_id"].isin(documents["document_id"])]
    place = pd.Index(documents["document_id"])
    code_place = pd.Index(codes["code_id"])
    shape = (len(place), len(code_place))

    marks = _marks(tables, voters)
    marks = marks[marks["code_id"].isin(code_place)]
    affirms = marks[marks["polarity"].isin(["affirm", "mixed"])]
    denies = marks[marks["polarity"].isin(["deny", "mixed"])]
    affirmers = _count(affirms, "coder_id", place, code_place, shape)
    deniers = _count(denies, "coder_id", place, code_place, shape)
    segments = _count(affirms, "segment_id", place, code_place, shape)

    rows = place.get_indexer(pd.Index(voters["document_id"]))
    readers = np.bincount(rows, minlength=len(place)).astype(np.int64)[:, None]
    reached = np.zeros(len(place), dtype=bool)
    reached[rows[(voters["role"] == "consensus").to_numpy(dtype=bool)]] = True
    yes = _met(affirmers, readers, rule, reached[:, None])
    no = ~yes & _met(deniers, readers, rule, reached[:, None])
    state = np.where(yes, "yes", np.where(no, "no", "silent"))
    return pd.DataFrame(
        {
            "project_id": _strings(np.repeat(documents["project_id"].to_numpy(object), shape[1])),
            "code_id": _strings(np.tile(codes["code_id"].to_numpy(object), shape[0])),
            "kind": _strings(np.tile(codes["kind"].to_numpy(object), shape[0])),
            "state": _strings(state.ravel().astype(object)),
            "segments": segments.ravel(),
            "coders": affirmers.ravel(),
        },
        columns=PRESENCE_COLUMNS,
    )


def linked(
    tables: Mapping[str, pd.DataFrame], documents: pd.DataFrame, states: pd.DataFrame
) -> pd.DataFrame:
    """Responses that reports themselves tie to the challenge they answer.

    Two themes in one report are co-mentioned; they are linked only where a coder drew an
    `answers` relation from a passage with the response to a passage with the challenge. A link
    counts where both themes are present in the project by the coder rule.

    Arguments:
        tables: at least codes, segments, codings and relations.
        documents: rows of documents, one a project.
        states: what `presence` gives for them.

    Returns `project_id`, `challenge`, `response` and `links` (relations that join them), sorted.
    """
    relations = tables["relations"]
    answers = relations.loc[
        relations["kind"] == "answers", ["relation_id", "from_segment_id", "to_segment_id"]
    ]
    codings = tables["codings"]
    affirming = codings["polarity"].isin(["affirm", "mixed"])
    codings = codings.loc[affirming, ["segment_id", "code_id"]]
    kinds = tables["codes"][["code_id", "kind"]]
    marked = codings.drop_duplicates().merge(kinds, on="code_id")
    where = tables["segments"][["segment_id", "document_id"]].merge(
        documents[["document_id", "project_id"]], on="document_id"
    )
    ends = {
        kind: marked.loc[marked["kind"] == kind, ["segment_id", "code_id"]].rename(
            columns={"segment_id": f"{end}_segment_id", "code_id": kind}
        )
        for kind, end in (("response", "from"), ("challenge", "to"))
    }
    joined = (
        answers.merge(ends["response"], on="from_segment_id")
        .merge(ends["challenge"], on="to_segment_id")
        .merge(where.rename(columns={"segment_id": "from_segment_id"}), on="from_segment_id")
    )
    present = states.loc[states["state"] == "yes", ["project_id", "code_id"]]
    for kind in ("challenge", "response"):
        joined = joined.merge(present.rename(columns={"code_id": kind}), on=["project_id", kind])
    keys = LINKED_COLUMNS[:3]
    counts = joined.groupby(keys)["relation_id"].nunique().astype("int64")
    return counts.rename("links").reset_index().sort_values(keys, ignore_index=True)


def _voters(tables: Mapping[str, pd.DataFrame], rule: CoderRule) -> pd.DataFrame:
    """Who counts for which document: `document_id`, `coder_id`, `round`, `role`."""
    readings = tables["readings"]
    complete = readings[readings["complete"].fillna(False)]
    last: pd.DataFrame = complete.groupby(["document_id", "coder_id"])["round"].max().reset_index()
    voters: pd.DataFrame = last.merge(tables["coders"][["coder_id", "role"]], on="coder_id")
    consensus = voters["role"] == "consensus"
    if rule != "consensus":
        return voters[~consensus]
    reached = voters["document_id"].isin(voters.loc[consensus, "document_id"])
    return voters[consensus | ~reached]


def _marks(tables: Mapping[str, pd.DataFrame], voters: pd.DataFrame) -> pd.DataFrame:
    codings = tables["codings"][["segment_id", "code_id", "coder_id", "round", "polarity"]]
    segments = tables["segments"][["segment_id", "document_id"]]
    placed = codings.merge(segments, on="segment_id")
    marks: pd.DataFrame = placed.merge(voters, on=["document_id", "coder_id", "round"])
    return marks


def _count(
    marks: pd.DataFrame, what: str, places: pd.Index, codes: pd.Index, shape: tuple[int, int]
) -> Ints:
    """How many different coders, or segments, stand behind each document × code."""
    distinct = marks[["document_id", "code_id", what]].drop_duplicates()
    counts = np.zeros(shape, dtype=np.int64)
    rows = places.get_indexer(pd.Index(distinct["document_id"]))
    columns = codes.get_indexer(pd.Index(distinct["code_id"]))
    np.add.at(counts, (rows, columns), 1)
    return counts


def _met(count: Ints, readers: Ints, rule: CoderRule, reached: Bools) -> Bools:
    if rule == "any":
        return count >= 1
    if rule == "majority":
        return 2 * count > readers
    every = (count == readers) & (readers > 0)
    return np.where(reached, count >= 1, every) if rule == "consensus" else every


def _strings(values: npt.NDArray[np.object_]) -> pd.api.extensions.ExtensionArray:
    return pd.array(values, dtype="string")
