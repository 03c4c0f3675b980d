"""How themes and their differences are shown: rows for figures, columns for tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from evaltools.indicators.pairs import answered_table, pair_table
from evaltools.indicators.prevalence import ranking
from evaltools.present import alt_text
from evaltools.present.differences import Gap
from evaltools.present.dots import Dot
from evaltools.present.language import NBSP, Language, count_of, number, percent, share
from evaltools.present.matrix import Panel
from evaltools.present.stacks import Part, Stack
from evaltools.present.states import State
from evaltools.present.style import BLUES, DEEP_BLUE, LIGHT, RUST, TEAL
from evaltools.present.table import SUPPRESSED, Column
from evaltools.present.words import Words

if TYPE_CHECKING:
    from evaltools.evidence import Evidence

_DECIMALS_OF_P = 3
_GOAL_PARTS = {
    "measured": ("goals.part.measured", DEEP_BLUE),
    "unmeasured": ("goals.part.unmeasured", BLUES[2]),
    "partly": ("attainment.partly", TEAL),
    "not_achieved": ("attainment.not_achieved", RUST),
    "not_reported": ("attainment.not_reported", LIGHT),
}
"""Column of `sought_and_achieved`, its word and its colour."""


def level_text(evidence: Evidence) -> str:
    """The confidence level as printed: `95 %`."""
    level = float(evidence.parameters.confidence)
    whole = abs(level * 100 - round(level * 100)) < 1e-9
    return percent(level, evidence.parameters.language, 0 if whole else 1)


def estimand_note(evidence: Evidence) -> str:
    """What the interval of a figure of themes speaks of, and whose coding counts."""
    words, parameters = evidence.words, evidence.parameters
    fields = {} if parameters.estimand == "descriptive" else {"level": level_text(evidence)}
    rule = words(f"themes.rule.{parameters.coder_rule}")
    estimand = words.markdown(f"themes.estimand.{parameters.estimand}", **fields)
    return f"{estimand} {words.markdown('themes.rule', rule=rule)}"


def theme_dots(frame: pd.DataFrame, evidence: Evidence) -> list[Dot]:
    """Rows of a figure of themes with an outer band.

    Of the reports read there is no sampling interval; what is uncertain is the coding, so the
    band then runs from all coders to any. Of all funded projects it is the bounds that assume
    nothing; of projects like these there is none. Beside a sampling interval, what the choice of
    coder rule decides is a bar of its own.
    """
    bands = {"descriptive": "band", "population": "bound"}
    band = bands.get(evidence.parameters.estimand, "")
    ruled = evidence.parameters.estimand != "descriptive"
    return [
        Dot(
            label=str(row["label"]),
            value=known(row["share"]),
            low=known(row["low"]),
            high=known(row["high"]),
            n=whole(row["yes"]),
            N=whole(row["n"]),
            suppressed=bool(row["withheld"]),
            bound_low=known(row[f"{band}_low"]) if band else None,
            bound_high=known(row[f"{band}_high"]) if band else None,
            rule_low=known(row["band_low"]) if ruled else None,
            rule_high=known(row["band_high"]) if ruled else None,
        )
        for row in frame.to_dict("records")
    ]


def band_name(evidence: Evidence) -> str:
    """What the outer band of `theme_dots` is called in the key; empty for its usual name."""
    coded = evidence.parameters.estimand == "descriptive"
    return evidence.words("themes.coder_band") if coded else ""


def theme_states(frame: pd.DataFrame) -> list[State]:
    """Rows of a figure of what reports say: yes, no, silent."""
    return [
        State(
            str(row["label"]), whole(row["yes"]) or 0, whole(row["no"]) or 0,
            whole(row["silent"]) or 0, suppressed=bool(row["denied_withheld"]),
        )
        for row in frame.to_dict("records")
    ]  # fmt: skip


def theme_rows(frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """A frame of `themes` with counts, shares and intervals as a table prints them."""

    withheld = frame["withheld"].tolist()

    def told(values: Iterable[object]) -> pd.Series:
        cells = [SUPPRESSED if w else x for w, x in zip(withheld, values, strict=True)]
        return pd.Series(cells, index=frame.index, dtype="object")

    def limits(prefix: str) -> pd.Series:
        low, high = frame[f"{prefix}_low"], frame[f"{prefix}_high"]
        return told((known(a), known(b)) for a, b in zip(low, high, strict=True))

    counts = [(whole(x) or 0, whole(n) or 0) for x, n in zip(frame["yes"], frame["n"], strict=True)]
    shares = zip(counts, frame["share"], strict=True)
    return frame.assign(
        reports=told(count_of(x, n, language) for x, n in counts),
        read=told(share(known(value), x, n, language) for (x, n), value in shares),
        funded=limits("p"),
        bounds=limits("bound"),
        alike=limits("s"),
        coders=limits("band"),
    )


def with_answers(rows: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Rows of challenges with `answers`: of how many a report links a response to them."""
    language, told = evidence.parameters.language, answered_table(evidence).set_index("code_id")
    found = told.loc[rows["code_id"], ["answered", "with_challenge"]].to_numpy(dtype=int)
    return rows.assign(answers=[count_of(int(x), int(n), language) for x, n in found])


def theme_columns(heading: str, language: Language) -> list[Column]:
    """Columns of a table of themes: count, share and its readings; `heading` is a word's key."""
    words = Words(language)
    kinds = {"funded": "interval", "bounds": "interval", "alike": "interval", "coders": "interval"}
    return [
        Column("label", words(heading)),
        *(
            Column(
                name,
                words(f"themes.column.{name}"),
                "interval" if name in kinds else "text",
                "right",
            )
            for name in ("reports", "read", *kinds)
        ),
    ]


def gap_rows(frame: pd.DataFrame) -> list[Gap]:
    """Rows of a figure of differences; none where nothing could be compared."""
    compared = frame[frame["difference"].notna()]
    return [
        Gap(str(row["label"]), float(row["difference"]), float(row["low"]), float(row["high"]))
        for row in compared.to_dict("records")
    ]


def goal_stacks(frame: pd.DataFrame) -> list[Stack]:
    """Rows of the figure of goals by theme, one part a part of `goal_parts`."""
    if not frame["stated"].sum():
        return []
    rest = frame["achieved"] - frame["measured"]
    parts = frame.assign(unmeasured=rest)[list(_GOAL_PARTS)].astype(int)
    labels = frame["label"].astype(str)
    return [
        Stack(label, tuple(int(count) for count in counts))
        for label, counts in zip(labels, parts.to_numpy().tolist(), strict=True)
    ]


def goal_parts(language: Language) -> list[Part]:
    """What became of a goal: names and colours."""
    words = Words(language)
    return [Part(words(key), color) for key, color in _GOAL_PARTS.values()]


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


def pair_columns(language: Language) -> list[Column]:
    """Columns of the table of pairs."""
    words = Words(language)
    return [
        Column("challenge_label", words("column.challenge")),
        Column("response_label", words("column.response")),
        Column("linked", words("challenges.column.linked"), "count"),
        Column("comentioned", words("challenges.column.comentioned"), "count"),
        Column("phi", words("challenges.column.phi"), "number", decimals=2),
        Column("p", words("challenges.column.p"), align="right"),
        Column("holm", words("challenges.column.holm"), align="right"),
    ]


def sizes(frame: pd.DataFrame, first: str, second: str) -> dict[str, int]:
    """How many reports stand on the two sides of a comparison, by the names given."""
    sides = [int(frame[column].max()) if len(frame) else 0 for column in ("n1", "n2")]
    return dict(zip((first, second), sides, strict=True))


def goal_alt(frame: pd.DataFrame, language: Language) -> str:
    """What the figure of goals by theme shows: stated, achieved and measured ones."""
    words = Words(language)
    if not frame["stated"].sum():
        return words("figure.empty_alt", reason=words("goals.none"))
    told = [
        words(
            "goals.sought_alt",
            label=str(row["label"]),
            stated=int(row["stated"]),
            achieved=int(row["achieved"]),
            measured=int(row["measured"]),
        )
        for row in frame.to_dict("records")
    ]
    return alt_text.join(*told)


def differences_note(frame: pd.DataFrame, evidence: Evidence) -> str:
    """What the lines of a figure of differences are; empty where nothing was compared."""
    if not frame["difference"].notna().any():
        return ""
    words = evidence.words
    return words.markdown("challenges.differences_note", level=level_text(evidence))


def p_text(value: float, language: Language) -> str:
    """A p value: three decimals, and `< 0,001` below."""
    if pd.isna(value):
        return number(None, language)
    least = 10.0**-_DECIMALS_OF_P
    below = value < least
    text = number(least if below else value, language, _DECIMALS_OF_P)
    return f"<{NBSP}{text}" if below else text


def whole(value: object) -> int | None:
    """A count of a frame, None where it is missing."""
    return None if pd.isna(value) else int(str(value))  # type: ignore[call-overload]


def known(value: object) -> float | None:
    """A number of a frame, None where it is missing."""
    found = float("nan") if value is None else float(str(value))
    return None if found != found else found
