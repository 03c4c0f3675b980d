"""Chapter 02, figures and tables: what the conclusions rest on, and what they cannot rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from evaltools.chapters import headlines
from evaltools.chapters.absence import figure_of, table_of
from evaltools.chapters.agreement_rows import (
    agreement_columns,
    agreement_groups,
    by_identity,
    code_table,
    kind_table,
    unit_note,
    unit_table,
)
from evaltools.chapters.headlines import RARE
from evaltools.chapters.themes import level_of, sizes_of
from evaltools.charts.differences import Differences, Gap
from evaltools.charts.figure import Figure
from evaltools.charts.line_charts import Line, Point
from evaltools.charts.reliability import ReliabilityChart
from evaltools.charts.table import Column, Table
from evaltools.evidence.selection import Evidence
from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.indicators import evidence_base, nonresponse
from evaltools.indicators.agreement import RELIABLE, TENTATIVE
from evaltools.indicators.coder_decisions import coder_decisions, is_compared
from evaltools.indicators.indicator import Indicator
from evaltools.indicators.saturation import ORDERS, saturation_curve

_CURVE = ("reports", "median", "low", "high")


@table_of("reports")
def read_table(evidence: Evidence) -> Table:
    """What was read of each call."""
    words = evidence.words
    declared = evidence.vocabulary.reports_due is not None
    columns = [
        Column("call_id", words("column.call")),
        Column("projects", words("column.projects"), "count"),
        *([Column("due", words("evidence_base.column.due"), "count")] if declared else ()),
        Column("reports", words("column.reports"), "count"),
        Column("share", words("evidence_base.column.read"), "count"),
        *(
            Column(language, language_heading(language, words), "count")
            for language in evidence_base.languages(evidence)
        ),
        Column("first", words("evidence_base.column.first"), "date"),
        Column("last", words("evidence_base.column.last"), "date"),
    ]
    frame = evidence_base.read_table(evidence)
    if len(frame) and frame["first"].isna().all():
        columns = columns[:-2]
    shares = [
        say.share(reports / due, reports, due, words.language) if due else say.MISSING
        for reports, due in zip(frame["reports"], frame["due"], strict=True)
    ]
    wave = str(evidence.parameters.wave)
    caption = words.markdown("evidence_base.table_evidence_all", **sizes_of(evidence))
    if wave != "all":
        caption = words.markdown("evidence_base.table_evidence", wave=wave, **sizes_of(evidence))
    note = words("evidence_base.due_note") if declared else ""
    return Table(frame.assign(share=shares), columns, caption, words.language, note=note)


def language_heading(language: str, words: Words) -> str:
    """Heading of a column of reports in a language."""
    if words.has(key := f"evidence_base.column.{language}"):
        return words(key)
    return words(key).capitalize() if words.has(key := f"language.{language}") else language


@figure_of("reports")
def selection_figure(evidence: Evidence) -> Figure:
    """Reported against unreported projects, a row a variable or a class of one."""
    words, rows = evidence.words, selection_rows(evidence)
    gaps = [Gap(str(row["label"]), row["difference"]) for row in rows.to_dict("records")]
    sides = ("unreported", "reported")
    left, right = (words(f"evidence_base.towards_{side}") for side in sides)
    known = [abs(gap.value) for gap in gaps if gap.value is not None]
    return Differences(
        gaps if rows["difference"].notna().any() else [],
        unit="standardised",
        flag=nonresponse.FLAG,
        towards=(left, right),
        words=words,
        nothing=words("evidence_base.no_comparison", **_sides(evidence)),
    ).figure(
        words.markdown("evidence_base.selection", **_sides(evidence)),
        note=words.markdown("evidence_base.selection_note"),
        headline=headlines.counted(
            words, "selection", sum(each > nonresponse.FLAG for each in known), len(known)
        ),
    )


@table_of("reports")
def selection_table(evidence: Evidence) -> Table:
    """The same with means and shares of both."""
    words = evidence.words
    columns = [
        Column("label", words("column.variable")),
        Column("reported", words("evidence_base.column.mean_reported"), align="right"),
        Column("unreported", words("evidence_base.column.mean_unreported"), align="right"),
        Column("text", words("axis.standardised_difference").capitalize(), align="right"),
    ]
    return Table(
        selection_rows(evidence),
        columns,
        words.markdown("evidence_base.table_selection", **_sides(evidence)),
        words.language,
        note=representativity_note(evidence),
    )


@figure_of("reports")
def unseen_figure(evidence: Evidence) -> Figure:
    """The chance that a theme was missed, by how many projects have it."""
    words, curve = evidence.words, evidence_base.unseen_curve(evidence)
    # Further on it stays where it is, and the part that falls would have no room.
    shown = curve[curve["k"] <= max(evidence_base.THEME_SIZE, 2 * (curve["chance"] >= RARE).sum())]
    points = [Point(row["k"], row["chance"]) for row in shown.to_dict("records")]
    limit = say.percent(RARE, words.language)
    return Line(
        points,
        words("axis.projects_with_theme"),
        words("axis.probability"),
        limit=RARE,
        sides=(
            words("evidence_base.below", limit=limit),
            words("evidence_base.not_below", limit=limit),
        ),
        words=words,
        nothing=words("evidence_base.unseen_none"),
    ).figure(
        headlines.add_headline(
            words,
            "unseen",
            headlines.seldom_missed(evidence),
            words.markdown("evidence_base.unseen", **sizes_of(evidence)),
        ),
        note=words.markdown("evidence_base.unseen_note"),
    )


@table_of("reports", "coding")
def agreement_table(evidence: Evidence, records: Iterable[Indicator]) -> Table:
    """How far coders agreed, by kind of code."""
    words = evidence.words
    return Table(
        kind_table(records, evidence),
        agreement_columns("kind", words, counts=("codes", "judgements")),
        words.markdown("agreement.table", **_compared(evidence)),
        words.language,
        note=words.markdown("agreement.table_note"),
        totals=1,
        nothing=_uncompared(evidence),
    )


@figure_of("reports", "coding")
def agreement_figure(evidence: Evidence, records: Iterable[Indicator]) -> Figure:
    """How far coders agreed on each code."""
    words, compared = evidence.words, _compared(evidence)["n"]
    return ReliabilityChart(
        agreement_groups(records, evidence),
        words("agreement.axis"),
        TENTATIVE,
        RELIABLE,
        evidence.parameters.confidence,
        words=words,
        nothing=words("agreement.none_estimable" if compared else "agreement.none"),
    ).figure(
        headlines.add_headline(
            words,
            "agreement",
            headlines.reliable_codes(records, evidence),
            words.markdown(
                "agreement.figure",
                n=compared,
                least=say.number(TENTATIVE, words.language, 3),
                good=say.number(RELIABLE, words.language, 1),
            ),
        ),
        note=words.markdown("agreement.figure_note"),
    )


@table_of("reports", "coding")
def agreement_codes_table(evidence: Evidence, records: Iterable[Indicator]) -> Table:
    """Every coefficient of every code."""
    words = evidence.words
    return Table(
        code_table(records, evidence),
        agreement_columns("theme", words, kinds=True),
        words.markdown("agreement.table_codes", **_compared(evidence)),
        words.language,
        note=words.markdown("agreement.table_codes_note"),
        nothing=_uncompared(evidence),
    )


@table_of("reports", "coding")
def agreement_units_table(evidence: Evidence, records: Iterable[Indicator]) -> Table:
    """Agreement by unit of analysis."""
    words = evidence.words
    columns = [
        Column("label", words("agreement.column.unit"), width=38),
        Column("units", words("agreement.column.units"), "count", width=13),
        Column("alpha", words("agreement.column.alpha"), align="right", width=12),
        Column("interval", words("agreement.column.interval"), align="right", width=24),
    ]
    return Table(
        unit_table(records, words),
        columns,
        words.markdown("agreement.table_units", level=level_of(evidence)),
        words.language,
        note=unit_note(records, words),
        nothing=_uncompared(evidence),
    )


@figure_of("reports", "coding")
def saturation_figure(evidence: Evidence, records: Iterable[Indicator]) -> Figure:
    """Codes seen by number of reports read."""
    words = evidence.words
    return Line(
        saturation_points(saturation_curve(evidence), records, words),
        words("saturation.axis.reports"),
        words("saturation.axis.codes"),
        unit="number",
        words=words,
        nothing=words("saturation.none"),
    ).figure(
        headlines.add_headline(
            words,
            "saturation",
            headlines.themes_seen(records, evidence),
            words.markdown("saturation.figure", n=evidence.n),
        ),
        note=words.markdown("saturation.note", level=level_of(evidence), orders=ORDERS),
    )


def _sides(evidence: Evidence) -> dict[str, int]:
    return {"n": evidence.n, "rest": evidence.N - evidence.n}


def _compared(evidence: Evidence) -> dict[str, Any]:
    """Reports that two coders read whole, and the level of the intervals."""
    return {"n": len(coder_decisions(evidence).reports), "level": level_of(evidence)}


def _uncompared(evidence: Evidence) -> str:
    """Why agreement has no table; empty where it has one."""
    return "" if is_compared(evidence) else evidence.words("agreement.none")


def selection_rows(evidence: Evidence) -> pd.DataFrame:
    """`differences`, named and printed.

    Returns:
        `label`; `reported` and `unreported`, means or shares as text; `difference`, a float or
        None; `text`, the difference as text; in the order of `differences`.
    """
    language = evidence.parameters.language
    words = evidence.words
    rows = [
        (
            _selection_label(row, words, evidence.vocabulary.dimensions),
            _format_mean(row, "reported", evidence),
            _format_mean(row, "unreported", evidence),
            None if np.isnan(row["difference"]) else float(row["difference"]),
            say.signed(row["difference"], language, 2),
        )
        for row in nonresponse.differences(evidence).to_dict("records")
    ]
    table = pd.DataFrame(rows, columns=["label", "reported", "unreported", "difference", "text"])
    # As objects, so that None stays None.
    table["difference"] = pd.Series([row[3] for row in rows], dtype=object)
    return table


def representativity_note(evidence: Evidence) -> str:
    """The R-indicator in a sentence of markdown, and what it leaves out in another."""
    language = evidence.parameters.language
    words, found = evidence.words, nonresponse.representativity(evidence)
    if found.reason:
        reason = words(f"evidence_base.reason.{found.reason}")
        sentence = words.markdown("evidence_base.r_unknown", reason=reason)
    else:
        value = say.ratio(found.adjusted, language)
        sentence = words.markdown("evidence_base.r_indicator", value=value)
    if not found.deciding:
        return sentence
    names = [words(f"evidence_base.variable.{name}") for name in found.deciding]
    listed = say.list_of(names, language)
    return f"{sentence} {words.markdown('evidence_base.deciding', names=listed)}"


def _selection_label(row: Mapping[Any, Any], words: Words, dimensions: Iterable[str]) -> str:
    variable, category = str(row["variable"]), str(row["category"])
    groups = [f"choice.{name}.{category}" for name in dimensions]
    if not category:
        return words(f"evidence_base.variable.{variable}")
    if variable == "call":
        return words("evidence_base.class.call", name=category)
    if variable == "group":
        keys = [f"group.{category}", *groups]
        return next((words(key) for key in keys if words.has(key)), category)
    if category == nonresponse.UNKNOWN:
        return words("evidence_base.class.size_unknown")
    return words(f"size.{category}")


def _format_mean(row: Mapping[Any, Any], side: str, evidence: Evidence) -> str:
    language, variable = evidence.parameters.language, row["variable"]
    value, n = float(row[side]), int(row[f"n_{side}"])
    if np.isnan(value):
        return say.MISSING
    if variable == "grant":
        return say.number(value, language)
    if variable == "partners":
        return say.number(value, language, 1)
    if variable == "start":
        day = nonresponse.epoch(evidence) + pd.Timedelta(days=round(value))
        return say.date(day.date(), language, "short")
    return say.share(value, round(value * n), n, language)


def saturation_points(
    frame: pd.DataFrame, records: Iterable[Indicator], words: Words
) -> list[Point]:
    """Points of the curve of saturation, marked where new codes have become few."""
    reached = by_identity(records)["saturation.reached.count", "D", ()].value
    label = words("saturation.reached")
    columns = (frame[name].to_numpy(dtype=float).tolist() for name in _CURVE)
    return [
        Point(reports, median, low, high, label if reports == reached else "")
        for reports, median, low, high in zip(*columns, strict=True)
    ]
