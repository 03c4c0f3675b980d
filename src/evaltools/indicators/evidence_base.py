"""Chapter 02: what the conclusions rest on, and what they cannot rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaltools.indicators.absence import lacks
from evaltools.indicators.disclosure.gate import release
from evaltools.indicators.indicator import Indicator, dimensions
from evaltools.indicators.passage_agreement import agreement_records, read_texts, sentences
from evaltools.indicators.prevalence import by_rule
from evaltools.indicators.saturation import saturation
from evaltools.indicators.selection import selection
from evaltools.indicators.shares import count_record, plain_share
from evaltools.statistics.intervals import chances_unseen

if TYPE_CHECKING:
    from evaltools.evidence import Evidence

THEME_SIZE = 8
"""Projects that hold the theme of `unseen.k8`."""
LARGEST_THEME = 20
SMALLEST_POPULATION = 10
"""Below so many projects a theme of eight is nearly all of them."""
_SOURCE = "evaltools.indicators.evidence_base"


def compute(evidence: Evidence) -> list[Indicator]:
    """All indicators of the chapter, of what the study has: nothing but its register has none."""
    if lacks(evidence, "reports"):
        return []
    records = [*read(evidence), *selection(evidence), *unseen(evidence)]
    if not lacks(evidence, "coding"):
        records += [
            *agreement_records(evidence), *by_rule(evidence), *saturation(evidence)
        ]  # fmt: skip
        if evidence.folder is not None:
            records += sentences(evidence, read_texts(evidence, evidence.folder))
    return release(records, evidence)


by_coder_rule = saturation
"""What of the chapter depends on whose coding decides."""


def read(evidence: Evidence) -> list[Indicator]:
    """What was read: share of the projects due and of all funded ones, languages, pages.

    Returns:
        `reports.read.share` of the projects from which a report can be due, plain and by `call`
        (of those that have one); `reports.scheme.share` of all funded projects in scope;
        `reports.due.share`, projects due of all funded; `reports.language.share` by `language`;
        `reports.pages.count`, None where the pages of some report are not known.
    """
    source = f"{_SOURCE}.read"
    records = [
        plain_share("reports.read.share", evidence.n, evidence.N, source),
        plain_share("reports.scheme.share", evidence.n, evidence.funded, source),
        plain_share("reports.due.share", evidence.N, evidence.funded, source),
    ]
    records += [
        plain_share(
            "reports.read.share", int(row["reports"]), int(row["due"]), source,
            dimensions(call=str(row["call_id"])),
        )
        for row in read_table(evidence).to_dict("records")
        if row["due"]
    ]  # fmt: skip
    spoken = evidence.reports["language"].astype(str)
    records += [
        plain_share(
            "reports.language.share", int((spoken == language).sum()), evidence.n, source,
            dimensions(language=language),
        )
        for language in languages(evidence)
    ]  # fmt: skip
    pages = evidence.reports["pages"]
    known = int(pages.notna().sum())
    total = int(pages.sum()) if known and known == evidence.n else None
    note = "" if total is not None else f"known of {known} of {evidence.n} reports"
    return [*records, count_record("reports.pages.count", total, source, note=note)]


def read_table(evidence: Evidence) -> pd.DataFrame:
    """What was read of each call, a row a call with projects in scope, sorted.

    Of a study without calls a row is a year, and a single row where years are not known either.

    Returns:
        `call_id`, `projects` (funded), `due` (those from which a report can be due), `reports`,
        `fi`, `sv` (reports by language), `first` and `last` (days the reports came in, NaT where
        there is none).
    """
    projects = pd.DataFrame(
        {
            "project_id": evidence.projects["project_id"].astype(str),
            "call_id": _rounds(evidence),
            "due": evidence.projects["due"].astype(int),
        }
    )
    received = pd.DataFrame(
        {
            "project_id": evidence.reports["project_id"].astype(str),
            "language": evidence.reports["language"].astype(str),
            "received": evidence.reports["received"],
        }
    ).merge(projects[["project_id", "call_id"]], on="project_id")
    table = projects.groupby("call_id").size().rename("projects").to_frame()
    table["due"] = projects.groupby("call_id")["due"].sum()
    by_call = received.groupby("call_id")
    table["reports"] = by_call.size()
    for language in languages(evidence):
        table[language] = received[received["language"] == language].groupby("call_id").size()
    counts = ["projects", "due", "reports", *languages(evidence)]
    table[counts] = table[counts].fillna(0).astype(int)
    table["first"], table["last"] = by_call["received"].min(), by_call["received"].max()
    return table.reset_index()


def _rounds(evidence: Evidence) -> pd.Series:
    """The call of each project as text, or its year where the study has no calls."""
    known = evidence.projects["call_id"].notna().any()
    column = evidence.projects["call_id" if known else "year"]
    return column.astype("string").fillna("–").astype(str)


def languages(evidence: Evidence) -> list[str]:
    """Languages of the study's final reports, in scope or not."""
    documents = evidence.tables["documents"]
    return sorted(
        documents.loc[documents["kind"] == "final", "language"].dropna().astype(str).unique()
    )


def unseen_curve(evidence: Evidence) -> pd.DataFrame:
    """Chance that a theme of k projects is in none of the reports read, if who reported is chance.

    Returns:
        `k` from 1 to 20, or to the number of projects due; `chance` 0 to 1.
    """
    k = np.arange(1, min(LARGEST_THEME, evidence.N) + 1)
    return pd.DataFrame({"k": k, "chance": chances_unseen(k, evidence.n, evidence.N)})


def unseen(evidence: Evidence) -> list[Indicator]:
    """What may have been missed for not all projects having reported that could.

    Returns:
        `unseen.k8.share`: chance that a theme of eight projects was missed; numerator and
        denominator are the reports read and the projects due. `unseen.seen_from.count`: the
        fewest projects due whose theme was seen with the confidence of the parameters.
    """
    source, N = f"{_SOURCE}.unseen", evidence.N
    few = N < SMALLEST_POPULATION
    chance = None if few else float(chances_unseen(np.array([THEME_SIZE]), evidence.n, N)[0])
    every = chances_unseen(np.arange(N + 1), evidence.n, N)
    sure = np.flatnonzero(every <= 1 - evidence.parameters.confidence)
    seen = int(sure[0]) if len(sure) else None
    note = "" if seen is not None else "no report was read"
    return [
        Indicator(
            key="unseen.k8.share", value=chance, unit="share", x=evidence.n, n=N, source=source,
            note=f"fewer than {SMALLEST_POPULATION} projects due" if few else "",
        ),
        count_record("unseen.seen_from.count", seen, source, n=N, note=note),
    ]  # fmt: skip
