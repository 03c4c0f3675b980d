"""Challenge by response: named in the same report is one thing, told to answer is another."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaltools.evidence.computed_once import computed_once
from evaltools.evidence.selection import Evidence
from evaltools.indicators.indicator import NOT_ASKED, Absence, Indicator, dimensions
from evaltools.indicators.prevalence import STATES, codebook, codes_in_use
from evaltools.indicators.shares import NO_REPORT, count_record, infer, plain_share
from evaltools.statistics.contingency import from_counts, holm
from evaltools.statistics.intervals import wilson

_SOURCE = "evaltools.indicators.challenge_response"


def incidence(
    evidence: Evidence, codes: pd.DataFrame, states: tuple[str, ...] = ("yes",)
) -> pd.DataFrame:
    """Which project has which code, as truths: projects by id × codes in the order of the codebook.

    With all three states: which project was asked of which code.
    """
    presence = evidence.presence
    projects = sorted(presence["project_id"].astype(str).unique())
    yes = presence[presence["state"].astype(str).isin(states)]
    table = pd.DataFrame(False, index=projects, columns=list(codes["code_id"]))
    known = yes[yes["code_id"].isin(table.columns)]
    rows = table.index.get_indexer(pd.Index(known["project_id"].astype(str)))
    columns = table.columns.get_indexer(pd.Index(known["code_id"].astype(str)))
    values = table.to_numpy(copy=True)
    values[rows, columns] = True
    return pd.DataFrame(values, index=table.index, columns=table.columns)


@computed_once
def pair_table(evidence: Evidence) -> pd.DataFrame:
    """Every challenge with every response that reports were asked of.

    The family of tests, declared beforehand, is all these pairs; a pair whose association
    cannot be worked out (one of the two is in all reports or in none) stays in it with p = 1.
    The association is worked out in the reports that were asked of both.

    Returns:
        `challenge`, `response`, `challenge_label`, `response_label`, the counts of projects
        `with_challenge`, `with_response`, `comentioned`, `linked`, and `phi`, `p`, `holm`
        (missing without reports); by code ids.
    """
    challenges, responses = codes_in_use(evidence, "challenge"), codes_in_use(evidence, "response")
    a = incidence(evidence, challenges).to_numpy(dtype=int)
    b = incidence(evidence, responses).to_numpy(dtype=int)
    asked_a = incidence(evidence, challenges, STATES).to_numpy(dtype=int)
    asked_b = incidence(evidence, responses, STATES).to_numpy(dtype=int)
    n, both = len(a), a.T @ b
    of_both = zip(
        both.ravel(), (a.T @ asked_b).ravel(), (asked_a.T @ b).ravel(),
        (asked_a.T @ asked_b).ravel(), strict=True,
    )  # fmt: skip
    frame = pd.DataFrame(
        {
            "challenge": np.repeat(challenges["code_id"].to_numpy(), len(responses)),
            "response": np.tile(responses["code_id"].to_numpy(), len(challenges)),
            "challenge_label": np.repeat(challenges["label"].to_numpy(), len(responses)),
            "response_label": np.tile(responses["label"].to_numpy(), len(challenges)),
            "with_challenge": np.repeat(a.sum(axis=0), len(responses)),
            "with_response": np.tile(b.sum(axis=0), len(challenges)),
            "comentioned": both.ravel(),
        }
    )
    links = evidence.linked.groupby(["challenge", "response"]).size()
    wanted = pd.MultiIndex.from_frame(frame[["challenge", "response"]])
    frame["linked"] = links.reindex(wanted, fill_value=0).to_numpy(dtype=int)
    crossed = [
        from_counts(int(k), int(x - k), int(y - k), int(m - x - y + k)) for k, x, y, m in of_both
    ]
    frame["phi"] = pd.Series([pair.phi for pair in crossed], dtype="float64")
    p = np.array([pair.p_value if n else np.nan for pair in crossed], dtype="float64")
    frame["p"] = p
    frame["holm"] = holm(p) if n and len(p) else p
    return frame


def strongest_links(evidence: Evidence, most: int = 10) -> pd.DataFrame:
    """Pairs that reports link, most often first; then co-mentioned, phi and code ids decide."""
    frame = pair_table(evidence)
    frame = frame[frame["linked"] > 0].assign(strength=lambda f: f["phi"].fillna(-2).round(12))
    by = ["linked", "comentioned", "strength", "challenge", "response"]
    ordered = frame.sort_values(by, ascending=[False, False, False, True, True], ignore_index=True)
    return ordered.drop(columns="strength").head(most)


def pair_records(evidence: Evidence) -> list[Indicator]:
    """Every pair: `pair.comentioned.count`, `pair.linked.count`, `pair.association.index` (phi)."""
    frame, n = pair_table(evidence), int(evidence.n)
    source, records = f"{_SOURCE}.pair_records", []
    for row in frame.to_dict("records"):
        by = dimensions(challenge=row["challenge"], response=row["response"])
        for name in ("comentioned", "linked"):
            x = int(row[name])
            note = "" if n else NO_REPORT
            records.append(count_record(f"pair.{name}.count", x, source, by, n=n, note=note))
        phi = float(row["phi"])
        known = not np.isnan(phi)
        tests = f"p={row['p']:.4g}; holm={row['holm']:.4g}; family={len(frame)}"
        unknown = f"one of the two is in all reports or in none; {tests}" if n else NO_REPORT
        records.append(
            Indicator(
                key="pair.association.index", value=phi if known else None, unit="index",
                x=int(row["comentioned"]), n=n, dimensions=by, source=source,
                note=tests if known else unknown,
            )
        )  # fmt: skip
    return records


def answer_table(evidence: Evidence) -> pd.DataFrame:
    """For each challenge, projects that name it and those that link a response to it.

    Returns:
        `code_id`, `name`, `label`, `with_challenge`, `answered`, by code id.
    """
    codes = codebook(evidence, "challenge")
    have = incidence(evidence, codes).sum(axis=0)
    links = evidence.linked[["project_id", "challenge"]].drop_duplicates()
    answered = links.groupby("challenge").size()
    frame = codes[["code_id", "name", "label"]].copy()
    frame["with_challenge"] = frame["code_id"].map(have).fillna(0).astype(int)
    frame["answered"] = frame["code_id"].map(answered).fillna(0).astype(int)
    return frame


def answered(evidence: Evidence) -> list[Indicator]:
    """`answered.<challenge>.share` of the projects that have the challenge, as D and S.

    There is no P record: how many unread reports have the challenge is not known.
    """
    level, source = evidence.parameters.confidence, f"{_SOURCE}.answered"
    asked = set(codes_in_use(evidence, "challenge")["code_id"])
    records = []
    for row in answer_table(evidence).to_dict("records"):
        x, n = int(row["answered"]), int(row["with_challenge"])
        absence: Absence | None = None if row["code_id"] in asked else "not_asked"
        note = NOT_ASKED if absence else "" if n else "no report in scope has the challenge"
        plain = plain_share(
            f"answered.{row['name']}.share", x, n, source, note=note, why=absence
        )  # fmt: skip
        records += [plain, infer(plain, wilson(x, n, level) if n else None, "wilson", level)]
    return records
