"""Chapter 02, figures and tables: what the conclusions rest on, and what they cannot rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from evaltools.chapters import headlines
from evaltools.chapters.absence import figure_of, table_of
from evaltools.chapters.themes import level_of, sizes_of
from evaltools.charts.differences import Differences, Gap
from evaltools.charts.figure import Figure
from evaltools.charts.lines import Line, Point
from evaltools.charts.reliability import Group, Reliability, ReliabilityChart
from evaltools.charts.table import Column, Table
from evaltools.evidence.selection import Evidence
from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language
from evaltools.indicators import evidence_base, selection
from evaltools.indicators.agreement import RELIABLE, TENTATIVE
from evaltools.indicators.coder_decisions import coder_decisions, publishable_codes
from evaltools.indicators.indicator import Estimand, Indicator
from evaltools.indicators.prevalence import codebook
from evaltools.indicators.saturation import ORDERS, saturation_curve

STATISTICS = ("kappa", "fleiss", "ac1", "alpha")
UNITS = ("judgements", "sets", "passages", "sentences")
_Name = tuple[str, Estimand, tuple[tuple[str, str], ...]]
_CURVE = ("reports", "median", "low", "high")
_COLUMNS = ("observed", "prevalence", *STATISTICS, "interval")


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
    return Differences(
        gaps if rows["difference"].notna().any() else [],
        unit="standardised",
        flag=selection.FLAG,
        towards=(left, right),
        words=words,
        nothing=words("evidence_base.no_comparison"),
    ).figure(
        words.markdown("evidence_base.selection", **_sides(evidence)),
        note=words.markdown("evidence_base.selection_note"),
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
    words, size = evidence.words, evidence_base.THEME_SIZE
    marked = {size: words("evidence_base.theme_of", count=size)}
    points = [
        Point(row["k"], row["chance"], label=marked.get(row["k"], ""))
        for row in evidence_base.unseen_curve(evidence).to_dict("records")
    ]
    return Line(
        points,
        words("axis.projects_with_theme"),
        words("axis.probability"),
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
    )


@figure_of("reports", "coding")
def agreement_figure(evidence: Evidence, records: Iterable[Indicator]) -> Figure:
    """How far coders agreed on each code."""
    words = evidence.words
    return ReliabilityChart(
        agreement_groups(records, evidence),
        words("agreement.axis"),
        TENTATIVE,
        RELIABLE,
        evidence.parameters.confidence,
        words=words,
        nothing=words("agreement.none"),
    ).figure(
        headlines.add_headline(
            words,
            "agreement",
            headlines.reliable_codes(records, evidence),
            words.markdown("agreement.figure", n=_compared(evidence)["n"]),
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
            headlines.themes_seen(records),
            words.markdown("saturation.figure", n=evidence.n),
        ),
        note=words.markdown("saturation.note", level=level_of(evidence), orders=ORDERS),
    )


def _sides(evidence: Evidence) -> dict[str, int]:
    return {"n": evidence.n, "rest": evidence.N - evidence.n}


def _compared(evidence: Evidence) -> dict[str, Any]:
    """Reports that two coders read whole, and the level of the intervals."""
    return {"n": len(coder_decisions(evidence).reports), "level": level_of(evidence)}


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
        for row in selection.differences(evidence).to_dict("records")
    ]
    table = pd.DataFrame(rows, columns=["label", "reported", "unreported", "difference", "text"])
    # As objects, so that None stays None.
    table["difference"] = pd.Series([row[3] for row in rows], dtype=object)
    return table


def representativity_note(evidence: Evidence) -> str:
    """The R-indicator in a sentence of markdown, and what it leaves out in another."""
    language = evidence.parameters.language
    words, found = evidence.words, selection.representativity(evidence)
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
    if category == selection.UNKNOWN:
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
        day = selection.epoch(evidence) + pd.Timedelta(days=round(value))
        return say.date(day.date(), language, "short")
    return say.share(value, round(value * n), n, language)


def agreement_groups(records: Iterable[Indicator], evidence: Evidence) -> list[Group]:
    """Rows of the figure: alpha by code, in the order of the codebook; none without two readers."""
    found, words = _by_identity(records), evidence.words
    if not found["coding.reports_compared.count", "D", ()].x:
        return []
    groups: dict[str, list[Reliability]] = {}
    for code_id, kind, label in _codes(evidence):
        by = (("code", code_id), ("statistic", "alpha"))
        record = found["coding.agreement_by_code.index", "S", by]
        row = Reliability(label, record.value, record.low, record.high)
        groups.setdefault(kind, []).append(row)
    return [Group(_kind(kind, words), tuple(rows)) for kind, rows in groups.items()]


def code_table(records: Iterable[Indicator], evidence: Evidence) -> pd.DataFrame:
    """Every coefficient of every code side by side, as text; a dash where there is none."""
    found, language = _by_identity(records), evidence.parameters.language
    rows = []
    words = evidence.words
    for code_id, kind, label in _codes(evidence):

        def get(
            statistic: str, measure: str = "index", estimand: Estimand = "D", code: str = code_id
        ) -> Indicator:
            by = (("code", code), ("statistic", statistic))
            return found[f"coding.agreement_by_code.{measure}", estimand, by]

        shares = {name: get(name, "share") for name in ("observed", "prevalence")}
        indices = {name: get(name) for name in STATISTICS}
        rows.append(
            {"label": label, "kind": _kind(kind, words)}
            | _format_index(shares, indices, get("alpha", estimand="S"), language)
        )
    return pd.DataFrame(rows, columns=["label", "kind", *_COLUMNS])


def kind_table(records: Iterable[Indicator], evidence: Evidence) -> pd.DataFrame:
    """The same of the codes of each kind together, and of all in the last row."""
    found, language = _by_identity(records), evidence.parameters.language
    words, kinds = evidence.words, [kind for _, kind, _ in _codes(evidence)]
    rows = []
    for kind in [*dict.fromkeys(kinds), ""]:
        by = (("kind", kind),) if kind else ()
        shares = {
            "observed": found["coding.agreement.observed.share", "D", by],
            "prevalence": found["coding.prevalence.share", "D", by],
        }
        indices = {name: found[f"coding.{name}_judgements.index", "D", by] for name in STATISTICS}
        inferred = found["coding.alpha_judgements.index", "S", by]
        rows.append(
            {
                "label": _kind(kind or "all", words),
                "codes": kinds.count(kind) if kind else len(kinds),
                "judgements": shares["prevalence"].n,
            }
            | _format_index(shares, indices, inferred, language)
        )
    return pd.DataFrame(rows, columns=["label", "codes", "judgements", *_COLUMNS])


def unit_table(records: Iterable[Indicator], words: Words) -> pd.DataFrame:
    """Alpha by unit of analysis: `label`, `units`, `alpha`, `interval`."""
    found, language = _by_identity(records), words.language
    rows = []
    for unit in UNITS:
        record = found.get((f"coding.alpha_{unit}.index", "S", ()))
        if record is None:
            continue
        rows.append(
            {
                "label": words(f"agreement.unit.{unit}"), "units": record.n,
                "alpha": _index(record, language), "interval": _range(record, language),
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=["label", "units", "alpha", "interval"])


def agreement_columns(
    heading: str, words: Words, counts: tuple[str, ...] = (), kinds: bool = False
) -> list[Column]:
    """Columns of the tables by kind and by code.

    Arguments:
        heading, counts: name the words of the first column and of columns of counts.
        kinds: with a column that tells the kind of the code.
    """
    columns = [Column("label", words(f"agreement.column.{heading}"), width=36 if kinds else 0)]
    if kinds:
        columns.append(Column("kind", words("agreement.column.kind"), width=17))
    columns += [Column(name, words(f"agreement.column.{name}"), "count") for name in counts]
    for name in _COLUMNS:
        wide = {"observed": 11.5, "prevalence": 13.5, "interval": 16}.get(name, 10)
        columns.append(Column(name, words(f"agreement.column.{name}"), align="right", width=wide))
    return columns


def unit_note(records: Iterable[Indicator], words: Words) -> str:
    """What the units of the table by unit leave out, in numbers."""
    found = _by_identity(records)
    counts = {
        "several": found.get(("coding.passages_several.count", "D", ())),
        "blank": found.get(("coding.sentences_blank.count", "D", ())),
    }
    values = {name: (record.x or 0) if record else 0 for name, record in counts.items()}
    return words.markdown("agreement.table_units_note", **values)


def saturation_points(
    frame: pd.DataFrame, records: Iterable[Indicator], words: Words
) -> list[Point]:
    """Points of the curve of saturation, marked where new codes have become few."""
    reached = _by_identity(records)["saturation.reached.count", "D", ()].value
    label = words("saturation.reached")
    columns = (frame[name].to_numpy(dtype=float).tolist() for name in _CURVE)
    return [
        Point(reports, median, low, high, label if reports == reached else "")
        for reports, median, low, high in zip(*columns, strict=True)
    ]


def _by_identity(records: Iterable[Indicator]) -> Mapping[_Name, Indicator]:
    return {(record.key, record.estimand, record.dimensions): record for record in records}


def _codes(evidence: Evidence) -> list[tuple[str, str, str]]:
    """Id, kind and label of every codable code that may be told, in the order of the codebook."""
    codes = codebook(evidence).set_index("code_id")[["kind", "label"]].astype(str)
    rows = codes.loc[publishable_codes(evidence)].reset_index()
    return [(code_id, kind, label) for code_id, kind, label in rows.to_numpy().tolist()]


def _kind(kind: str, words: Words) -> str:
    if words.has(key := f"agreement.kind.{kind}"):
        return words(key)
    return words(key).capitalize() if words.has(key := f"code_kind.{kind}") else kind


def _format_index(
    shares: Mapping[str, Indicator],
    indices: Mapping[str, Indicator],
    inferred: Indicator,
    language: Language,
) -> dict[str, str]:
    made = {
        name: say.share(record.value, record.x, record.n, language)
        for name, record in shares.items()
    }
    made |= {name: _index(record, language) for name, record in indices.items()}
    return made | {"interval": _range(inferred, language)}


def _index(record: Indicator, language: Language) -> str:
    return say.MISSING if record.value is None else say.number(record.value, language, 2)


def _range(record: Indicator | None, language: Language) -> str:
    if record is None or record.low is None or record.high is None:
        return say.MISSING
    return say.number_range(record.low, record.high, language, 2)
