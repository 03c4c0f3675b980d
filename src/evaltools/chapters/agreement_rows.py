"""Chapter 02, rows of its figure and tables on how far coders agreed, printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from evaltools.charts.reliability import Group, Reliability
from evaltools.charts.table import Column
from evaltools.evidence.selection import Evidence
from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language
from evaltools.indicators.agreement import RELIABLE, TENTATIVE
from evaltools.indicators.coder_decisions import publishable_codes
from evaltools.indicators.indicator import Estimand, Indicator
from evaltools.indicators.prevalence import codebook

STATISTICS = ("kappa", "fleiss", "ac1", "alpha")
UNITS = ("judgements", "sets", "passages", "sentences")
_Name = tuple[str, Estimand, tuple[tuple[str, str], ...]]
_COLUMNS = ("observed", "prevalence", *STATISTICS, "interval")


def agreement_groups(records: Iterable[Indicator], evidence: Evidence) -> list[Group]:
    """Rows of the figure: alpha by code, in the order of the codebook; none without two readers."""
    found, words = by_identity(records), evidence.words
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
    found, language = by_identity(records), evidence.parameters.language
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
    found, language = by_identity(records), evidence.parameters.language
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
    found, language = by_identity(records), words.language
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
    found = by_identity(records)
    counts = {
        "several": found.get(("coding.passages_several.count", "D", ())),
        "blank": found.get(("coding.sentences_blank.count", "D", ())),
    }
    values = {name: (record.x or 0) if record else 0 for name, record in counts.items()}
    return words.markdown("agreement.table_units_note", **values)


def by_identity(records: Iterable[Indicator]) -> Mapping[_Name, Indicator]:
    """Records by key, estimand and dimensions."""
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


LIMITS = (TENTATIVE, RELIABLE)
"""From what alpha on one concludes, beside which each is read."""


def _index(record: Indicator, language: Language) -> str:
    return say.number(record.value, language, _decimals(record.value))


def _decimals(value: float | None) -> int:
    """Two, or what tells that a value fails a limit; what reaches one is not printed below it."""
    failed = [limit for limit in LIMITS if value is not None and value < limit]
    return say.decimals_beside(value, failed, 2)


def _range(record: Indicator | None, language: Language) -> str:
    if record is None or record.low is None or record.high is None:
        return say.MISSING
    decimals = max(_decimals(each) for each in (record.low, record.high))
    return say.number_range(record.low, record.high, language, decimals)
