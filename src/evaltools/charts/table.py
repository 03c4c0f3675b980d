"""A table that shows itself: markdown that Quarto, pandoc and JupyterLab read alike."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal

import pandas as pd

from evaltools.charts.captions import CAPTION_TYPE, show
from evaltools.charts.data import WITHHELD
from evaltools.i18n import numbers as say
from evaltools.i18n.markdown import escape_markdown
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language

Kind = Literal["text", "markdown", "count", "share", "money", "number", "interval", "date"]
Align = Literal["left", "right", "center"]


class Withheld(Enum):
    """A value that is known and not shown."""

    SUPPRESSED = WITHHELD


SUPPRESSED: Final = Withheld.SUPPRESSED
"""Put into a cell that disclosure control withholds; printed as a mark that the caption
explains. A letter in brackets is read out by screen readers, dots are not."""

_DASHES: Final = 100
"""Length of the line under the header. Above 72 pandoc takes the dashes for relative widths."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Arguments:
        name: column of the frame.
        label: heading, plain text in the language of the table.
        kind: how values are printed. `text`; `markdown` as it is written; `count` whole numbers;
            `share` 0 to 1 as a percentage; `money` euros, the unit is in the heading; `number` with
            `decimals`; `interval` limits of a share as `25–51 %`: (low, high), or with of how many
            the share is and the limits speak (low, high, n, whole), which of fewer than ten prints
            counts; `date` in short form. A value that is already a str is printed as it is in every
            kind.
        align: left for text, right for numbers, unless told.
        width: relative width; 0 finds one from the contents.
        decimals: digits after the decimal mark for `number` and `share`.
    """

    name: str
    label: str
    kind: Kind = "text"
    align: Align | None = None
    width: float = 0.0
    decimals: int | None = None

    @property
    def alignment(self) -> Align:
        """As told, or else by kind."""
        return self.align or ("left" if self.kind in ("text", "markdown") else "right")


@dataclass(frozen=True)
class Table:
    """A table with its caption; the first column holds the row headers.

    Arguments:
        frame: a row each; needs the columns named by `columns`, others are not shown.
        columns: what is shown, in order.
        caption: markdown; values from data escaped by whoever writes it.
        language: fi, sv or en.
        note: markdown, added to the caption.
        totals: so many rows at the end are of all the others; their names are in bold.
        nothing: why there is nothing to show, a sentence; a report then has it and no table.

    Raises:
        ValueError: no columns, an empty caption, or a column that the frame does not have.
    """

    frame: pd.DataFrame
    columns: Sequence[Column]
    caption: str
    language: Language
    note: str = ""
    totals: int = 0
    nothing: str = ""

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError("a table needs columns")
        if not self.caption.strip():
            raise ValueError("a table needs a caption")
        absent = [c.name for c in self.columns if c.name not in self.frame.columns]
        if absent:
            raise ValueError(f"the frame has no column {', '.join(absent)}")

    def cells(self) -> list[list[str]]:
        """The body as plain printed text, a list a row."""
        printed = [
            [cell(value, column, self.language) for value in self.frame[column.name]]
            for column in self.columns
        ]
        return [list(row) for row in zip(*printed, strict=True)]

    @property
    def full_caption(self) -> str:
        """Caption, note, and what the mark for withheld values means where there is one."""
        body = [value for column in self.columns for value in self.frame[column.name]]
        mark = Words(self.language)("note.suppressed_mark") if SUPPRESSED in body else ""
        parts = (self.caption, self.note, mark.replace(WITHHELD, escape_markdown(WITHHELD)))
        return " ".join(part.strip() for part in parts if part.strip())

    def widths(self) -> list[float]:
        """Relative widths that add up to one."""
        body = self.cells()
        wanted = []
        for number, column in enumerate(self.columns):
            longest = max((len(row[number]) for row in body), default=0)
            word = max((len(part) for part in column.label.split()), default=1)
            natural = max(longest, word, min(len(column.label), 14)) + 2
            wanted.append(column.width or float(min(natural, 42)))
        return [width / sum(wanted) for width in wanted]

    def markdown(self) -> str:
        """The table as a pipe table; every value stands for itself, but for those of markdown."""
        dashes = [max(3, round(width * _DASHES)) for width in self.widths()]
        rule = [
            {"left": ":" + "-" * d, "right": "-" * d + ":", "center": ":" + "-" * d + ":"}[
                column.alignment
            ]
            for column, d in zip(self.columns, dashes, strict=True)
        ]
        head = [escape_markdown(column.label) for column in self.columns]
        body = [
            [
                text if column.kind == "markdown" else escape_markdown(text)
                for text, column in zip(row, self.columns, strict=True)
            ]
            for row in self.cells()
        ]
        for row in body[len(body) - self.totals :]:
            row[0] = f"**{row[0]}**"
        if not body:
            body = [[Words(self.language)("table.empty"), *[""] * (len(head) - 1)]]
        rows = [head, rule, *body]
        return "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"

    def captioned(self, identifier: str) -> str:
        """The pipe table with its caption and an identifier that prose can refer to."""
        return f"{self.markdown()}\n: {self.full_caption} {{#{identifier}}}\n"

    def bundle(self) -> dict[str, Any]:
        """The notebook output: MIME type to data."""
        return {
            "text/markdown": self.markdown(),
            CAPTION_TYPE: {
                "caption": self.full_caption,
                "kind": "table",
                "widths": [round(width, 4) for width in self.widths()],
                "row_headers": 1,
                **({"nothing": self.nothing} if self.nothing else {}),
            },
        }

    def _ipython_display_(self) -> None:
        """Show table and caption in a notebook."""
        show(self.bundle(), self.full_caption)


def cell(value: object, column: Column, language: Language) -> str:
    """One value as printed, not escaped.

    Raises:
        TypeError: the value is not of the column's kind.
    """
    if value is SUPPRESSED:
        return SUPPRESSED.value
    if isinstance(value, str):
        return value if value.strip() else say.MISSING
    if column.kind == "interval" and isinstance(value, tuple | list):
        low, high, n, whole = value if len(value) == 4 else (*value, None, None)
        return say.share_range(low, high, n, language, whole=whole, decimals=column.decimals or 0)
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return say.MISSING
    if column.kind == "date" and isinstance(value, datetime.date):
        return say.date(value, language, "short")
    if column.kind in ("text", "markdown"):
        return str(value)
    if column.kind in ("date", "interval"):
        raise TypeError(f"column {column.name}: {value!r} is no {column.kind}")
    figure = float(value)  # type: ignore[arg-type]
    if column.kind == "share":
        return say.percent(figure, language, column.decimals or 0)
    decimals = column.decimals if column.decimals is not None else int(column.kind == "number")
    return say.number(figure, language, decimals)
