"""A figure or table of what a study does not have: it says so where it would stand."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

import pandas as pd

from evaltools.charts.chart import draw_reason
from evaltools.charts.figure import Figure
from evaltools.charts.table import Column, Table
from evaltools.evidence.selection import Evidence
from evaltools.indicators.absence import Subject, absent_subject

P = ParamSpec("P")
_Drawing = Callable[Concatenate["Evidence", P], Figure]
_Tabling = Callable[Concatenate["Evidence", P], Table]


def figure_of(*subjects: Subject) -> Callable[[_Drawing[P]], _Drawing[P]]:
    """Draw the figure where the study has all of the subjects, and else say what it lacks."""

    def decorate(draw: _Drawing[P]) -> _Drawing[P]:
        @wraps(draw)
        def draw_or_explain(evidence: Evidence, *args: P.args, **kwargs: P.kwargs) -> Figure:
            absent = absent_subject(evidence, *subjects)
            if absent is None:
                return draw(evidence, *args, **kwargs)
            words, reason = evidence.words, evidence.words(f"absence.{absent}")
            alt = words("figure.empty_alt", reason=reason)
            caption = words("absence.figure", reason=reason)
            return Figure(draw_reason(reason), caption, alt, nothing=reason)

        return draw_or_explain  # type: ignore[return-value]  # `wraps` gives the argument a name

    return decorate


def table_of(*subjects: Subject) -> Callable[[_Tabling[P]], _Tabling[P]]:
    """Make the table where the study has all of the subjects, and else say what it lacks."""

    def decorate(make: _Tabling[P]) -> _Tabling[P]:
        @wraps(make)
        def make_or_explain(evidence: Evidence, *args: P.args, **kwargs: P.kwargs) -> Table:
            absent = absent_subject(evidence, *subjects)
            if absent is None:
                return make(evidence, *args, **kwargs)
            words, reason = evidence.words, evidence.words(f"absence.{absent}")
            return Table(
                pd.DataFrame({"label": [reason]}),
                [Column("label", words("absence.heading"))],
                words("absence.table", reason=reason),
                words.language,
                nothing=reason,
            )

        return make_or_explain  # type: ignore[return-value]

    return decorate
