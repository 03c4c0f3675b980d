"""How agreement and saturation are shown: rows for figures, tables from the indicators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from evaltools.indicators.indicator import Estimand, Indicator
from evaltools.indicators.judgements import told_order
from evaltools.indicators.prevalence import codebook
from evaltools.present import language as say
from evaltools.present.curve import Point
from evaltools.present.language import Language
from evaltools.present.reliability import Group, Reliability
from evaltools.present.table import Column
from evaltools.present.words import Words

if TYPE_CHECKING:
    from evaltools.evidence import Evidence

STATISTICS = ("kappa", "fleiss", "ac1", "alpha")
UNITS = ("judgements", "sets", "passages", "sentences")
_Name = tuple[str, Estimand, tuple[tuple[str, str], ...]]


def agreement_groups(records: Iterable[Indicator], evidence: Evidence) -> list[Group]:
    """Rows of the figure: alpha by code, in the order of the codebook; none without two readers."""
    found, words = _found(records), evidence.words
    if not _compared(found):
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
    found, language = _found(records), evidence.parameters.language
    rows = []
    words = Words(language)
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
            | _printed(shares, indices, get("alpha", estimand="S"), language)
        )
    return pd.DataFrame(rows, columns=["label", "kind", *_COLUMNS])


def kind_table(records: Iterable[Indicator], evidence: Evidence) -> pd.DataFrame:
    """The same of the codes of each kind together, and of all in the last row."""
    found, language = _found(records), evidence.parameters.language
    words, kinds = Words(language), [kind for _, kind, _ in _codes(evidence)]
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
                "judgements": shares["prevalence"].N,
            }
            | _printed(shares, indices, inferred, language)
        )
    return pd.DataFrame(rows, columns=["label", "codes", "judgements", *_COLUMNS])


def unit_table(records: Iterable[Indicator], language: Language) -> pd.DataFrame:
    """Alpha by unit of analysis: `label`, `units`, `alpha`, `interval`."""
    found, words = _found(records), Words(language)
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
    heading: str, language: Language, counts: tuple[str, ...] = (), kinds: bool = False
) -> list[Column]:
    """Columns of the tables by kind and by code.

    Arguments:
        heading, counts: name the words of the first column and of columns of counts.
        kinds: with a column that tells the kind of the code.
    """
    words = Words(language)
    columns = [Column("label", words(f"agreement.column.{heading}"), width=36 if kinds else 0)]
    if kinds:
        columns.append(Column("kind", words("agreement.column.kind"), width=17))
    columns += [Column(name, words(f"agreement.column.{name}"), "count") for name in counts]
    for name in _COLUMNS:
        wide = {"observed": 11.5, "prevalence": 13.5, "interval": 16}.get(name, 10)
        columns.append(Column(name, words(f"agreement.column.{name}"), align="right", width=wide))
    return columns


def unit_columns(language: Language) -> list[Column]:
    """Columns of the table by unit."""
    words = Words(language)
    wide = {"alpha": 12, "interval": 24}
    return [
        Column("label", words("agreement.column.unit"), width=38),
        Column("units", words("agreement.column.units"), "count", width=13),
        *(
            Column(name, words(f"agreement.column.{name}"), align="right", width=width)
            for name, width in wide.items()
        ),
    ]


def unit_note(records: Iterable[Indicator], language: Language) -> str:
    """What the units of the table by unit leave out, in numbers."""
    found = _found(records)
    counts = {
        "several": found.get(("coding.passages_several.count", "D", ())),
        "blank": found.get(("coding.sentences_blank.count", "D", ())),
    }
    values = {name: (record.n or 0) if record else 0 for name, record in counts.items()}
    return Words(language).markdown("agreement.table_units_note", **values)


def saturation_points(
    frame: pd.DataFrame, records: Iterable[Indicator], language: Language
) -> list[Point]:
    """Points of the curve of saturation, marked where new codes have become few."""
    reached = _found(records)["saturation.reached.count", "D", ()].value
    label = Words(language)("saturation.reached")
    columns = (frame[name].to_numpy(dtype=float).tolist() for name in _CURVE)
    return [
        Point(reports, median, low, high, label if reports == reached else "")
        for reports, median, low, high in zip(*columns, strict=True)
    ]


_CURVE = ("reports", "median", "low", "high")
_COLUMNS = ("observed", "prevalence", *STATISTICS, "interval")


def _found(records: Iterable[Indicator]) -> Mapping[_Name, Indicator]:
    return {(record.key, record.estimand, record.dimensions): record for record in records}


def _compared(found: Mapping[_Name, Indicator]) -> bool:
    return bool(found["coding.reports_compared.count", "D", ()].n)


def _codes(evidence: Evidence) -> list[tuple[str, str, str]]:
    """Id, kind and label of every codable code that may be told, in the order of the codebook."""
    order = told_order(evidence)
    kinds = dict.fromkeys(code_id.partition(".")[0] for code_id in order)
    labels = codebook(evidence, *kinds).set_index("code_id")["label"]
    return [(code_id, code_id.partition(".")[0], str(labels[code_id])) for code_id in order]


def _kind(kind: str, words: Words) -> str:
    key = f"agreement.kind.{kind}"
    return words(key) if words.has(key) else kind


def _printed(
    shares: Mapping[str, Indicator],
    indices: Mapping[str, Indicator],
    inferred: Indicator,
    language: Language,
) -> dict[str, str]:
    made = {
        name: say.MISSING if record.value is None else say.percent(record.value, language)
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
