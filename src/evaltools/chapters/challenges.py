"""Chapter 04, figures and tables: what hindered projects, what they did, and where it differs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaltools.chapters import headlines
from evaltools.chapters.absence import figure_of, table_of
from evaltools.chapters.themes import level_of, theme_rows, themes_figure, themes_table
from evaltools.charts.differences import Differences, Gap
from evaltools.charts.figure import Figure
from evaltools.charts.maps import Heatmap, Panel
from evaltools.charts.table import Column, Table
from evaltools.evidence.selection import Evidence
from evaltools.i18n.numbers import NBSP, Language, count_of, number
from evaltools.indicators.challenge_response import answer_table, pair_table, strongest_links
from evaltools.indicators.comparisons import compare_groups, compare_waves, earlier_wave
from evaltools.indicators.prevalence import ranking

_DECIMALS_OF_P = 3


@figure_of("reports", "challenge")
def challenges_figure(evidence: Evidence) -> Figure:
    """Challenges by how common they are."""
    return themes_figure(evidence, "challenge", "challenges.challenges")


@table_of("reports", "challenge")
def challenges_table(evidence: Evidence) -> Table:
    """The same with every reading of their shares, and how many reports answer them."""
    answers = Column("answers", evidence.words("challenges.column.answered"), align="right")
    rows = add_answers(theme_rows(evidence, "challenge"), evidence)
    return themes_table(evidence, rows, "challenges.table", "column.challenge", (answers,))


@figure_of("reports", "response")
def responses_figure(evidence: Evidence) -> Figure:
    """Responses by how common they are."""
    return themes_figure(evidence, "response", "challenges.responses")


@figure_of("reports", "challenge", "response")
def pairs_figure(evidence: Evidence) -> Figure:
    """Challenge by response: mentioned in the same report, and linked by it."""
    words = evidence.words
    panels, rows, columns = pair_panels(evidence)
    nothing = words("challenges.no_pairs")
    chart = Heatmap(panels, rows, columns, words=words, nothing=nothing)
    return chart.figure(
        headlines.add_headline(
            words,
            "pairs",
            headlines.linked_pairs(panels, evidence),
            words.markdown("challenges.pairs", n=evidence.n),
        ),
        note=words.markdown("challenges.pairs_note"),
    )


@table_of("reports", "challenge", "response")
def links_table(evidence: Evidence) -> Table:
    """The pairs that most reports link, with the test of their association."""
    words, links = evidence.words, strongest_links(evidence)
    told = {name: [format_p(p, words.language) for p in links[name]] for name in ("p", "holm")}
    note = words.markdown("challenges.no_links")
    if len(links):
        pairs = pair_table(evidence)
        note = words.markdown("challenges.table_pairs_note", pairs=len(pairs))
        last = links["linked"].min()
        if left_out := int((pairs["linked"] == last).sum() - (links["linked"] == last).sum()):
            tied = words.markdown("challenges.table_pairs_tied", linked=int(last), more=left_out)
            note = f"{note} {tied}"
    columns = [
        Column("challenge_label", words("column.challenge")),
        Column("response_label", words("column.response")),
        Column("linked", words("challenges.column.linked"), "count"),
        Column("comentioned", words("challenges.column.comentioned"), "count"),
        Column("phi", words("challenges.column.phi"), "number", decimals=2),
        Column("p", words("challenges.column.p"), align="right"),
        Column("holm", words("challenges.column.holm"), align="right"),
    ]
    caption = words.markdown("challenges.table_pairs", n=evidence.n)
    return Table(links.assign(**told), columns, caption, words.language, note=note)


@figure_of("reports", "groups", "challenge")
def group_differences_figure(evidence: Evidence) -> Figure:
    """Challenges by group of the lead."""
    frame = compare_groups(evidence)
    return _differences(evidence, frame, "groups", ("second", "first"), bool(len(frame)))


@figure_of("reports", "waves", "challenge")
def wave_differences_figure(evidence: Evidence) -> Figure:
    """Challenges and responses against the wave before."""
    frame = compare_waves(evidence, "challenge", "response")
    there = earlier_wave(evidence) is not None
    return _differences(evidence, frame, "waves", ("before", "now"), there)


def _differences(
    evidence: Evidence, frame: pd.DataFrame, name: str, sides: tuple[str, str], there: bool
) -> Figure:
    """A figure of differences; `sides` are those that lie left and right of zero.

    Where a side has too few reports for a comparison the figure says so, with both counts, or,
    where there is nothing to compare with, that it is not `there`.
    """
    words = evidence.words
    left, right = (words(f"challenges.towards_{side}") for side in sides)
    counts = count_sides(frame, sides[1], sides[0])
    nothing = words(f"challenges.no_{name}")
    if there and any(counts.values()):
        nothing = words(f"challenges.few_{name}", least=evidence.judging.least_group, **counts)
    return Differences(
        gap_rows(frame),
        towards=(left, right),
        words=words,
        nothing=nothing,
    ).figure(
        words.markdown(f"challenges.{name}", **counts),
        note=differences_note(frame, evidence),
    )


def add_answers(rows: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Rows of challenges with `answers`: of how many a report links a response to them."""
    language, told = evidence.parameters.language, answer_table(evidence).set_index("code_id")
    found = told.loc[rows["code_id"], ["answered", "with_challenge"]].to_numpy(dtype=int)
    return rows.assign(answers=[count_of(int(x), int(n), language) for x, n in found])


def gap_rows(frame: pd.DataFrame) -> list[Gap]:
    """Rows of a figure of differences; none where nothing could be compared."""
    compared = frame[frame["difference"].notna()]
    return [
        Gap(
            str(row["label"]),
            float(row["difference"]),
            float(row["low"]),
            float(row["high"]),
            stands=bool(row["stands"]),
            sides=(int(row["x1"]), int(row["n1"]), int(row["x2"]), int(row["n2"])),
        )
        for row in compared.to_dict("records")
    ]


def pair_panels(evidence: Evidence) -> tuple[list[Panel], list[str], list[str]]:
    """Panels, row and column labels of the matrices of pairs, commonest themes first."""
    words, pairs = evidence.words, pair_table(evidence)
    rows = [code_id for code_id, _ in ranking(evidence, "challenge")]
    columns = [code_id for code_id, _ in ranking(evidence, "response")]
    labels = dict(zip(pairs["challenge"], pairs["challenge_label"], strict=True))
    labels |= dict(zip(pairs["response"], pairs["response_label"], strict=True))
    panels = []
    for name in ("comentioned", "linked"):
        cells = pairs.pivot(index="challenge", columns="response", values=name)
        counts = cells.reindex(index=rows, columns=columns).to_numpy(dtype=int).tolist()
        panels.append(Panel(words(f"challenges.{name}"), counts))
    return panels, [labels[row] for row in rows], [labels[column] for column in columns]


def count_sides(frame: pd.DataFrame, first: str, second: str) -> dict[str, int]:
    """How many reports stand on the two sides of a comparison, by the names given."""
    sides = [int(frame[column].max()) if len(frame) else 0 for column in ("n1", "n2")]
    return dict(zip((first, second), sides, strict=True))


def differences_note(frame: pd.DataFrame, evidence: Evidence) -> str:
    """What the lines of a figure of differences are; empty where nothing was compared."""
    if not frame["difference"].notna().any():
        return ""
    return evidence.words.markdown("challenges.differences_note", level=level_of(evidence))


def format_p(value: float, language: Language) -> str:
    """A p value: three decimals, and `< 0,001` below."""
    if np.isnan(value):
        return number(None, language)
    least = 10.0**-_DECIMALS_OF_P
    below = value < least
    text = number(least if below else value, language, _DECIMALS_OF_P)
    return f"<{NBSP}{text}" if below else text
