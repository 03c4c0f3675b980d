"""How themes are shown, whichever chapter they belong to: figure, table, notes."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from evaltools.chapters import headlines
from evaltools.chapters.absence import figure_of
from evaltools.charts.figure import Figure
from evaltools.charts.interval_charts import Dot, Dots
from evaltools.charts.table import SUPPRESSED, Column, Table
from evaltools.evidence.selection import Evidence
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import count_of, level_text, share
from evaltools.indicators.coder_decisions import is_compared
from evaltools.indicators.prevalence import themes

_BANDS = {"population": "bound"}
_LIMITS = {"funded": "p", "bounds": "bound", "alike": "s", "coders": "band"}
"""Column of intervals, and what its ends are called in `themes`."""
_OF_ALL = ("p", "bound")
"""Ends that speak of all projects from which a report can be due."""


def sizes_of(evidence: Evidence) -> dict[str, int]:
    """Reports read and projects from which one can be due, as captions name them."""
    return {"n": evidence.n, "N": evidence.N}


def level_of(evidence: Evidence) -> str:
    """The confidence level as printed: `95 %`."""
    return level_text(float(evidence.parameters.confidence), evidence.parameters.language)


MOST_ROWS = 40
"""Themes that one figure can show so that it is still read; tables have all of them."""


def themes_figure(evidence: Evidence, role: str, caption: str) -> Figure:
    """Themes of a role with the share of reports that have them; `caption` is a word's key."""
    words, frame, note = evidence.words, themes(evidence, role), estimand_note(evidence)
    if len(frame) > MOST_ROWS:
        counts = {"shown": MOST_ROWS, "all": len(frame)}
        note = f"{words.markdown('themes.commonest', **counts)} {note}"
    dots = theme_dots(frame.head(MOST_ROWS), evidence)
    shown = [dot for dot in dots if dot.known and not dot.suppressed]
    seen = sum((dot.value or 0) > 0 for dot in shown)
    return Dots(
        dots,
        words=words,
        level=evidence.parameters.confidence,
        nothing=words("themes.none" if evidence.n else "themes.no_reports"),
    ).figure(
        words.markdown(caption, **_caption_values(evidence, role, caption)),
        note=note,
        headline=headlines.counted(words, "themes", seen, len(shown), reports=evidence.n),
    )


def themes_table(
    evidence: Evidence,
    rows: pd.DataFrame,
    caption: str,
    heading: str = "column.theme",
    more: tuple[Column, ...] = (),
) -> Table:
    """Themes with their counts, shares and intervals.

    Arguments:
        rows: as `theme_rows` gives them.
        caption, heading: keys of words.
        more: further columns of the rows.
    """
    words = evidence.words
    return Table(
        rows,
        [*theme_columns(heading, words), *more],
        words.markdown(caption, level=level_of(evidence), **sizes_of(evidence)),
        words.language,
        note=words.markdown("themes.note.table"),
    )


@figure_of("reports")
def kind_figure(evidence: Evidence, kind: str) -> Figure:
    """Themes of a kind of codes, whichever it is, by how common they are."""
    return themes_figure(evidence, kind, "themes.of_kind")


def _caption_values(evidence: Evidence, kind: str, caption: str) -> dict[str, int | str]:
    sizes: dict[str, int | str] = {**sizes_of(evidence)}
    if caption == "themes.of_kind":
        sizes["kind"] = evidence.words(f"code_kind.{kind}")
    return sizes


def estimand_note(evidence: Evidence) -> str:
    """What the interval of a figure of themes speaks of, and whose coding counts."""
    words, parameters = evidence.words, evidence.parameters
    fields = {} if parameters.estimand == "descriptive" else {"level": level_of(evidence)}
    estimand = words.markdown(f"themes.estimand.{parameters.estimand}", **fields)
    if not is_compared(evidence):
        return f"{estimand} {words('themes.one_coder')}"
    rule = words(f"themes.rule.{parameters.coder_rule}")
    return f"{estimand} {words.markdown('themes.rule', rule=rule)}"


def theme_dots(frame: pd.DataFrame, evidence: Evidence) -> list[Dot]:
    """Rows of a figure of themes with an outer band.

    Of the reports read there is no sampling interval. Of all funded projects the outer band is the
    bounds that assume nothing; of projects like these there is none. What the choice of coder rule
    decides is always a bracket below, and never looks like an interval.
    """
    band = _BANDS.get(evidence.parameters.estimand, "")
    return [
        Dot(
            label=str(row["label"]),
            value=as_float(row["share"]),
            low=as_float(row["low"]),
            high=as_float(row["high"]),
            n=as_count(row["yes"]),
            N=as_count(row["n"]),
            suppressed=bool(row["withheld"]),
            bound_low=as_float(row[f"{band}_low"]) if band else None,
            bound_high=as_float(row[f"{band}_high"]) if band else None,
            rule_low=as_float(row["band_low"]),
            rule_high=as_float(row["band_high"]),
            whole=evidence.N if evidence.parameters.estimand == "population" else None,
        )
        for row in frame.to_dict("records")
    ]


def theme_rows(evidence: Evidence, role: str) -> pd.DataFrame:
    """`themes` of a role with counts, shares and intervals as a table prints them."""
    frame, language = themes(evidence, role), evidence.parameters.language
    withheld = frame["withheld"].tolist()

    def column(values: Iterable[object]) -> pd.Series:
        cells = [SUPPRESSED if w else x for w, x in zip(withheld, values, strict=True)]
        return pd.Series(cells, index=frame.index, dtype="object")

    counts = [
        (as_count(x) or 0, as_count(n) or 0) for x, n in zip(frame["yes"], frame["n"], strict=True)
    ]
    shares = zip(counts, frame["share"], strict=True)
    return frame.assign(
        reports=column(count_of(x, n, language) for x, n in counts),
        read=column(share(as_float(value), x, n, language) for (x, n), value in shares),
        **{
            name: column(limits(frame, f"{ends}_", whole=evidence.N if ends in _OF_ALL else None))
            for name, ends in _LIMITS.items()
        },
    )


def theme_columns(heading: str, words: Words) -> list[Column]:
    """Columns of a table of themes: count, share and its readings; `heading` is a word's key."""
    names = ("reports", "read", *_LIMITS)
    return [
        Column("label", words(heading)),
        *(
            Column(
                name, words(f"themes.column.{name}"), "interval" if name in _LIMITS else "text",
                "right",
            )
            for name in names
        ),
    ]  # fmt: skip


Limits = tuple[float | None, float | None, int | None, int | None]
"""An interval of a share as tables print it, with of how many the share is and the limits speak."""


def limits(
    frame: pd.DataFrame, prefix: str = "", of: str = "n", whole: int | None = None
) -> list[Limits]:
    """The intervals of a frame, their ends `None` where there is none.

    Arguments:
        prefix: of the columns of the ends.
        of: column of what the shares are of.
        whole: of how many the intervals speak; of as many as the shares unless given.
    """
    columns = (frame[name] for name in (f"{prefix}low", f"{prefix}high", of))
    return [
        (as_float(low), as_float(high), as_count(n), whole)
        for low, high, n in zip(*columns, strict=True)
    ]


def as_count(value: object) -> int | None:
    """A count of a frame, None where it is missing."""
    return None if pd.isna(value) else int(str(value))  # type: ignore[call-overload]


def as_float(value: object) -> float | None:
    """A number of a frame, None where it is missing."""
    found = float("nan") if value is None else float(str(value))
    return None if found != found else found
