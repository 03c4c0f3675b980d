"""Chapter 03: what was sought, what was achieved, and how anyone knows."""

from __future__ import annotations

import pandas as pd

from evaltools.evidence.selection import Evidence
from evaltools.indicators.absence import Subject, lacks
from evaltools.indicators.design_effect import clustered_shares
from evaltools.indicators.disclosure.gate import release
from evaltools.indicators.indicator import Indicator, dimensions
from evaltools.indicators.order import order_records
from evaltools.indicators.prevalence import codes_in_use, prevalence
from evaltools.indicators.shares import count_record

ATTAINMENTS = ("achieved", "partly", "not_achieved", "not_reported")
MEASURES = ("measured", "estimated", "asserted", "none")
QUALITIES = ("metric", "baseline", "target")
_SOURCE = "evaltools.indicators.goals"


def compute(evidence: Evidence) -> list[Indicator]:
    """All indicators of the chapter: themes and their order, attainment, goal quality, matrix."""
    if lacks(evidence, "reports"):
        return []
    kinds = ("goal", "result", *other_kinds(evidence))
    records = [*prevalence(evidence, *kinds), *order_records(evidence, *kinds)]
    if not lacks(evidence, "goals"):
        records += [*attainment(evidence), *goal_quality(evidence), *matrix_counts(evidence)]
    return release(records, evidence)


by_coder_rule = compute
"""What of the chapter depends on whose coding decides: its themes, so it is computed whole."""


def other_kinds(evidence: Evidence) -> list[str]:
    """Kinds of codes that no other chapter tells of: without a role, or without its table."""
    lacking: dict[str, Subject] = {"sustainability": "signs", "saving": "claims"}
    found = []
    for kind in evidence.vocabulary.code_kinds:
        role = evidence.vocabulary.role_of(kind)
        if role is None or (role in lacking and lacks(evidence, lacking[role])):
            found.append(kind)
    return found


def stated_goals(evidence: Evidence) -> pd.DataFrame:
    """Goals of the reports in scope, with plain Python types.

    Returns:
        `goal_id`, `project_id`, `code_id`, `attainment`, `measured_by` as text; `metric`,
        `baseline`, `target`, `complete` (all three) as truth; in the order of the evidence.
    """
    goals = evidence.goals
    text = ("goal_id", "project_id", "code_id", "attainment", "measured_by")
    frame = pd.DataFrame({column: goals[column].astype(str) for column in text})
    for quality in QUALITIES:
        told = goals[f"has_{quality}"].astype("boolean").fillna(False)
        frame[quality] = told.astype(bool)
    frame["complete"] = frame[list(QUALITIES)].all(axis=1).astype(bool)
    return frame.reset_index(drop=True)


def attainment(evidence: Evidence) -> list[Indicator]:
    """How many goals were stated, and which shares of them were achieved, and known how.

    Returns:
        `goals.stated.count`; `goals.fewest.count`, those of the report that states the fewest;
        shares of the stated goals `goals.achieved.share`,
        `goals.achieved_measured.share`, `goals.partly.share`, `goals.not_achieved.share`,
        `goals.not_reported.share`, as D and S.
    """
    goals = stated_goals(evidence)
    source = f"{_SOURCE}.attainment"
    stated, note = len(goals), "n is the number of reports read"
    records = [count_record("goals.stated.count", stated, source, n=int(evidence.n), note=note)]
    by_report = goals["project_id"].value_counts()
    # A report of which no goal is recorded states none.
    fewest = 0 if len(by_report) < evidence.n else int(by_report.min()) if stated else None
    records.append(count_record("goals.fewest.count", fewest, source, n=int(evidence.n), note=note))
    measured = goals["measured_by"].eq("measured")
    hits = {kind: goals["attainment"].eq(kind) for kind in ATTAINMENTS}
    hits["achieved_measured"] = hits["achieved"] & measured
    for name, hit in hits.items():
        records += clustered_shares(
            f"goals.{name}.share", hit.tolist(), goals["project_id"].tolist(),
            evidence.parameters.confidence, source,
        )  # fmt: skip
    return records


def goal_quality(evidence: Evidence) -> list[Indicator]:
    """Shares of stated goals that name a metric, a baseline, a target, and all three."""
    goals = stated_goals(evidence)
    records: list[Indicator] = []
    for quality in (*QUALITIES, "complete"):
        records += clustered_shares(
            f"goal_quality.{quality}.share", goals[quality].tolist(),
            goals["project_id"].tolist(), evidence.parameters.confidence,
            f"{_SOURCE}.goal_quality",
        )  # fmt: skip
    return records


def goal_matrix(evidence: Evidence) -> pd.DataFrame:
    """Stated goals and projects by theme, attainment and how the attainment is known.

    Every theme of the codebook with every combination that can occur (a result that is not
    reported is known in no way, any other in some), and every combination that did occur.
    """
    goals = stated_goals(evidence)
    themes = codes_in_use(evidence, "goal")["code_id"]
    possible = [
        (theme, kind, how)
        for theme in themes
        for kind in ATTAINMENTS
        for how in MEASURES
        if (kind == "not_reported") == (how == "none")
    ]
    by = ["code_id", "attainment", "measured_by"]
    counted = goals.groupby(by).agg(goals=("goal_id", "size"), projects=("project_id", "nunique"))
    cells = pd.MultiIndex.from_tuples(
        sorted({*possible, *(tuple(row) for row in counted.index)}), names=by
    )
    return counted.reindex(cells, fill_value=0).astype(int).reset_index()


def matrix_counts(evidence: Evidence) -> list[Indicator]:
    """`goals.matrix.count`: the cells of `goal_matrix` as records, N the goals stated."""
    by = ("attainment", "code_id", "measured_by")
    return [
        count_record(
            "goals.matrix.count", int(row["goals"]), f"{_SOURCE}.matrix_counts",
            dimensions(**{name.removesuffix("_id"): str(row[name]) for name in by}),
            n=len(evidence.goals),
        )
        for row in goal_matrix(evidence).to_dict("records")
    ]  # fmt: skip


def attainment_by_measure(evidence: Evidence) -> pd.DataFrame:
    """All stated goals, attainment in rows and how it is known in columns, as counts."""
    cells = goal_matrix(evidence)
    table = cells.pivot_table(
        index="attainment", columns="measured_by", values="goals", aggfunc="sum", fill_value=0
    )
    return table.reindex(index=list(ATTAINMENTS), columns=list(MEASURES), fill_value=0).astype(int)


def results_by_theme(evidence: Evidence) -> pd.DataFrame:
    """Goals by theme: how many were stated, and what became of them.

    Returns:
        `code_id`, `label`, `projects` (that state such a goal), `stated`, its parts `achieved`,
        `partly`, `not_achieved`, `not_reported`, and `measured` (achieved and measured); a row a
        theme, most stated first, then by code id.
    """
    goals = stated_goals(evidence)
    flags = pd.DataFrame({"code_id": goals["code_id"], "stated": 1})
    for kind in ATTAINMENTS:
        flags[kind] = goals["attainment"].eq(kind).astype(int)
    measured = goals["attainment"].eq("achieved") & goals["measured_by"].eq("measured")
    flags["measured"] = measured.astype(int)
    counted = flags.groupby("code_id").sum()
    counted["projects"] = goals.groupby("code_id")["project_id"].nunique()
    frame = codes_in_use(evidence, "goal")[["code_id", "label"]].merge(
        counted, left_on="code_id", right_index=True, how="left"
    )
    columns = ["projects", "stated", *ATTAINMENTS, "measured"]
    frame[columns] = frame[columns].fillna(0).astype(int)
    return frame.sort_values(["stated", "code_id"], ascending=[False, True], ignore_index=True)


def quality_by_theme(evidence: Evidence) -> pd.DataFrame:
    """Goals by theme that name a metric, a baseline, a target, and all three, as counts.

    Returns:
        `code_id`, `label`, `stated`, `metric`, `baseline`, `target`, `complete`; the last row
        has code_id `all` and an empty label and counts every stated goal.
    """
    goals = stated_goals(evidence)
    parts = [*QUALITIES, "complete"]
    counted = goals.groupby("code_id")[parts].sum().astype(int)
    frame = results_by_theme(evidence)[["code_id", "label", "stated"]].merge(
        counted, left_on="code_id", right_index=True, how="left"
    )
    frame[parts] = frame[parts].fillna(0).astype(int)
    total = {"code_id": "all", "label": "", "stated": len(goals)}
    total |= {part: int(goals[part].sum()) for part in parts}
    return pd.concat([frame, pd.DataFrame([total])], ignore_index=True)
