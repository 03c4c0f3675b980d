"""Chapter 02: what the conclusions rest on, and what they cannot rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaltools.indicators.indicator import Indicator, dimensions
from evaltools.indicators.selection import selection
from evaltools.indicators.shares import plain_share
from evaltools.present import language as say
from evaltools.statistics.unseen import chances_unseen

if TYPE_CHECKING:
    from evaltools.evidence import Evidence

LANGUAGES = ("fi", "sv")
THEME_SIZE = 8
"""Projects that hold the theme of `unseen.k8`."""
LARGEST_THEME = 20
SMALLEST_POPULATION = 10
"""Below so many projects a theme of eight is nearly all of them."""
_SOURCE = "evaltools.indicators.evidence_base"


def compute(evidence: Evidence) -> list[Indicator]:
    """All indicators of the chapter."""
    return [
        *read(evidence),
        *selection(evidence),
        *agreement(evidence),
        *unseen(evidence),
    ]


def read(evidence: Evidence) -> list[Indicator]:
    """What was read: share of the funded projects, languages, pages.

    Returns:
        `reports.read.share`, plain and by `call`; `reports.language.share` by `language`;
        `reports.pages.count`, None where the pages of some report are not known.
    """
    source = f"{_SOURCE}.read"
    records = [plain_share("reports.read.share", evidence.n, evidence.N, source)]
    records += [
        plain_share(
            "reports.read.share", int(row["reports"]), int(row["projects"]), source,
            dimensions(call=str(row["call_id"])),
        )
        for row in read_table(evidence).to_dict("records")
    ]  # fmt: skip
    spoken = evidence.reports["language"].astype(str)
    records += [
        plain_share(
            "reports.language.share", int((spoken == language).sum()), evidence.n, source,
            dimensions(language=language),
        )
        for language in sorted({*LANGUAGES, *spoken})
    ]  # fmt: skip
    pages = evidence.reports["pages"]
    known = int(pages.notna().sum())
    total = int(pages.sum()) if known and known == evidence.n else None
    note = "" if total is not None else f"known of {known} of {evidence.n} reports"
    return [
        *records,
        Indicator(
            key="reports.pages.count", value=None if total is None else float(total),
            unit="count", n=total, source=source, note=note,
        ),
    ]  # fmt: skip


def read_table(evidence: Evidence) -> pd.DataFrame:
    """What was read of each call, a row a call with projects in scope, sorted.

    Returns:
        `call_id`, `projects`, `reports`, `share` (of the projects, as text), `fi`, `sv`
        (reports by language), `first` and `last` (days the reports came in, NaT where there is
        none).
    """
    projects = pd.DataFrame(
        {
            "project_id": evidence.projects["project_id"].astype(str),
            "call_id": evidence.projects["call_id"].astype(str),
        }
    )
    received = pd.DataFrame(
        {
            "project_id": evidence.reports["project_id"].astype(str),
            "language": evidence.reports["language"].astype(str),
            "received": evidence.reports["received"],
        }
    ).merge(projects, on="project_id")
    table = projects.groupby("call_id").size().rename("projects").to_frame()
    by_call = received.groupby("call_id")
    table["reports"] = by_call.size()
    for language in LANGUAGES:
        table[language] = received[received["language"] == language].groupby("call_id").size()
    counts = ["projects", "reports", *LANGUAGES]
    table[counts] = table[counts].fillna(0).astype(int)
    table["share"] = [
        say.share(reports / projects, reports, projects, evidence.parameters.language)
        for reports, projects in zip(table["reports"], table["projects"], strict=True)
    ]
    table["first"], table["last"] = by_call["received"].min(), by_call["received"].max()
    return table.reset_index()


def judgements(evidence: Evidence) -> pd.DataFrame:
    """How many coders read each report whole, and how many of them found each theme in it.

    Of several complete rounds of a coder the last counts; the consensus is no coder.

    Returns:
        A row a report read by two coders or more × codable code: `document_id`, `code_id`,
        `readers`, `affirmed` (coders that marked a passage affirm or mixed).
    """
    tables = evidence.tables
    coders = tables["coders"]
    people = coders.loc[(coders["role"] == "coder").to_numpy(dtype=bool), "coder_id"]
    readings = tables["readings"]
    keep = (
        readings["complete"].astype("boolean").fillna(False).to_numpy(dtype=bool)
        & readings["coder_id"].isin(people).to_numpy(dtype=bool)
        & readings["document_id"].isin(evidence.reports["document_id"]).to_numpy(dtype=bool)
    )
    last = readings[keep].groupby(["document_id", "coder_id"], as_index=False)["round"].max()
    readers = last.groupby("document_id").size()
    readers = readers[readers >= 2]
    codes = tables["codes"]
    codable = codes["codable"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    grid = pd.MultiIndex.from_product(
        [sorted(map(str, readers.index)), sorted(map(str, codes.loc[codable, "code_id"]))],
        names=["document_id", "code_id"],
    )
    codings = tables["codings"]
    affirming = codings[codings["polarity"].isin(["affirm", "mixed"]).to_numpy(dtype=bool)]
    marks = affirming.merge(tables["segments"][["segment_id", "document_id"]], on="segment_id")
    marks = marks.merge(last, on=["document_id", "coder_id", "round"])
    counted = marks.groupby(["document_id", "code_id"])["coder_id"].nunique()
    frame = counted.reindex(grid).fillna(0).astype(int).rename("affirmed").reset_index()
    frame.insert(2, "readers", frame["document_id"].map(readers).astype(int))
    return frame


def agreement(evidence: Evidence) -> list[Indicator]:
    """How often two coders of a report agreed on whether it has a theme.

    The unit is a pair of coders × report × theme. Most themes are absent from most reports, so
    agreement on absence lifts the first number; the second leaves it out.

    Returns:
        `coding.agreement.observed.share` of all units; `coding.agreement.present.share`, of
        the units in which at least one of the two found the theme, those in which both did.
    """
    table, source = judgements(evidence), f"{_SOURCE}.agreement"
    r, a = table["readers"].to_numpy(dtype=int), table["affirmed"].to_numpy(dtype=int)
    pairs, both, neither = _pairs(r), _pairs(a), _pairs(r - a)
    either = int((pairs - neither).sum())
    note = "" if len(table) else "no report was read by two coders"
    return [
        plain_share(
            "coding.agreement.observed.share", int((both + neither).sum()), int(pairs.sum()),
            source, note=note,
        ),
        plain_share("coding.agreement.present.share", int(both.sum()), either, source, note=note),
    ]  # fmt: skip


def unseen_curve(evidence: Evidence) -> pd.DataFrame:
    """Chance that a theme of k projects is in none of the reports read, if who reported is chance.

    Returns:
        `k` from 1 to 20, or to the number of projects; `chance` 0 to 1.
    """
    k = np.arange(1, min(LARGEST_THEME, evidence.N) + 1)
    return pd.DataFrame({"k": k, "chance": chances_unseen(k, evidence.n, evidence.N)})


def unseen(evidence: Evidence) -> list[Indicator]:
    """What may have been missed for not all projects having reported.

    Returns:
        `unseen.k8.share`: chance that a theme of eight projects was missed; numerator and
        denominator are the reports read and the projects. `unseen.seen_from.count`: the
        fewest projects whose theme was seen with the confidence of the parameters.
    """
    source, N = f"{_SOURCE}.unseen", evidence.N
    few = N < SMALLEST_POPULATION
    chance = None if few else float(chances_unseen(np.array([THEME_SIZE]), evidence.n, N)[0])
    every = chances_unseen(np.arange(N + 1), evidence.n, N)
    sure = np.flatnonzero(every <= 1 - evidence.parameters.confidence)
    seen = int(sure[0]) if len(sure) else None
    return [
        Indicator(
            key="unseen.k8.share", value=chance, unit="share", n=evidence.n, N=N, source=source,
            note=f"fewer than {SMALLEST_POPULATION} projects in scope" if few else "",
        ),
        Indicator(
            key="unseen.seen_from.count", value=None if seen is None else float(seen),
            unit="count", n=seen, N=N, source=source,
            note="" if seen is not None else "no report was read",
        ),
    ]  # fmt: skip


def _pairs(
    count: np.ndarray[tuple[int], np.dtype[np.int_]],
) -> np.ndarray[tuple[int], np.dtype[np.int_]]:
    return count * (count - 1) // 2
