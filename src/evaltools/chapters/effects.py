"""Chapter 06, figures and tables: savings, ratings and what lasts; what is withheld left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from evaltools.chapters.absence import figure_of, table_of
from evaltools.chapters.themes import level_of, limits, words_of
from evaltools.charts import alt_text
from evaltools.charts.bars import Part, Ratings, Stack, Stacks, answer_colors, state_parts
from evaltools.charts.distributions import Step, StripPlot, Sums
from evaltools.charts.figure import Figure
from evaltools.charts.table import SUPPRESSED, Column, Table
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import list_of, number, share
from evaltools.indicators.disclosure.codes import savings_withheld
from evaltools.indicators.disclosure.policy import policy_for
from evaltools.indicators.indicator import dimensions
from evaltools.indicators.ratings import Distribution, choose_raters, distributions
from evaltools.indicators.savings import PERIODS, QUANTILES, grounds, savings_records
from evaltools.indicators.sustainability import achieved_goals, sustainability_states

if TYPE_CHECKING:
    from evaltools.evidence import Evidence

_UNTOLD = ("#8d7f78", "#4f6468")
"""Colours of the lower and of the upper answers that are not told apart."""


@figure_of("claims")
def savings_figure(evidence: Evidence) -> Figure:
    """Where the claimed sums lie, and on what grounds claims stand."""
    words = words_of(evidence)
    none = "effects.savings_withheld" if savings_withheld(evidence) else "effects.no_claims"
    found = {r.key: r for r in savings_records(evidence) if not r.dimensions}
    return StripPlot(
        savings_sums(evidence),
        savings_steps(evidence),
        suppressed=found["savings.median.money"].suppressed,
        words=words,
        nothing=words(none),
    ).figure(savings_caption(evidence, "effects.savings"), note=savings_note(evidence))


@table_of("claims")
def savings_table(evidence: Evidence) -> Table:
    """Claims and projects by ground."""
    words = words_of(evidence)
    columns = [
        Column("label", words("effects.column.ground")),
        Column("claims", words("effects.column.claims"), "count"),
        Column("projects", words("effects.column.projects"), "count"),
        Column("share", words("effects.column.share"), "share"),
        Column("interval", words("effects.column.interval"), "interval"),
    ]
    caption = savings_caption(evidence, "effects.table_savings")
    note = words.markdown("effects.interval_note", level=level_of(evidence))
    return Table(grounds_rows(evidence), columns, caption, words.language, note=note)


@figure_of("ratings")
def ratings_figure(evidence: Evidence) -> Figure:
    """Ratings by question: diverging bars, or plain ones where some answers are withheld.

    The note is about what is withheld, and left out where nothing is.
    """
    words, items = words_of(evidence), [item for item in distributions(evidence) if item.answers]
    caption = ratings_caption(evidence)
    nothing = words("effects.no_ratings")
    scales = {item.values for item in items}
    if len(scales) < 2 and not any(any(item.protection.cells) for item in items):
        rows = [Stack(item.label, tuple(x or 0 for x in item.counts)) for item in items]
        answers = [str(value) for values in scales - {(1, 2, 3, 4, 5)} for value in values]
        return Ratings(rows, answers, words=words, nothing=nothing).figure(caption)
    rows, parts = rating_stacks(evidence)
    used = [place for place in range(len(parts)) if any(row.counts[place] for row in rows)]
    used = used or [1]
    note = words.markdown("effects.ratings_note", count=policy_for(evidence).minimum)
    return Stacks(
        [Stack(row.label, tuple(row.counts[p] for p in used), row.suppressed) for row in rows],
        [parts[place] for place in used],
        words("axis.share_of_answers"),
        sort=False,
        heading=words("axis.answers"),
        words=words,
        nothing=nothing,
    ).figure(caption, alt=_rating_alt(rows, parts, words), note=note)


def ratings_caption(evidence: Evidence) -> str:
    """Who rated, and on which scale."""
    words, raters = evidence.words, choose_raters(evidence)
    scales = evidence.tables["rating_items"]
    ends = (
        (int(scales["scale_min"].min()), int(scales["scale_max"].max())) if len(scales) else (1, 5)
    )
    if raters != evidence.vocabulary.own_raters:
        names = [words(f"rater.{one}") if words.has(f"rater.{one}") else one for one in raters]
        sentence = list_of(names, words.language)
        caption = words.markdown(
            "effects.ratings_by", low=ends[0], high=ends[1], raters=sentence, N=evidence.funded
        )
        return f"{caption} {words('effects.ratings_lowest')}" if len(raters) > 1 else caption
    if ends == (1, 5):
        return words.markdown("effects.ratings", n=evidence.n)
    return words.markdown("effects.ratings_scale", low=ends[0], high=ends[1], n=evidence.n)


@figure_of("signs")
def sustainability_figure(evidence: Evidence) -> Figure:
    """What reports say of each sign that an achievement lasts."""
    words = words_of(evidence)
    return Stacks(
        sustainability_bars(evidence),
        state_parts(words),
        words("axis.share_of_goals"),
        heading=words("axis.goals"),
        words=words,
        nothing=words("effects.nothing_to_root"),
    ).figure(words.markdown("effects.sustainability", **_sizes(evidence)))


@table_of("signs")
def sustainability_table(evidence: Evidence) -> Table:
    """The same with shares and intervals."""
    words = words_of(evidence)
    columns = [
        Column("label", words("effects.column.sign")),
        *(Column(s, words(f"effects.column.{s}"), "count") for s in ("yes", "no", "silent")),
        Column("share", words("effects.column.share_of_goals"), "share"),
        Column("interval", words("effects.column.interval"), "interval"),
    ]
    caption = words.markdown("effects.table_sustainability", **_sizes(evidence))
    note = words.markdown("effects.interval_note", level=level_of(evidence))
    return Table(sustainability_rows(evidence), columns, caption, words.language, note=note)


def savings_sums(evidence: Evidence) -> list[Sums]:
    """The sums of all claims and by period; none where they are withheld."""
    words = words_of(evidence)
    names: dict[tuple[tuple[str, str], ...], str] = {(): words("effects.all_sums")}
    names |= {dimensions(period=period): words(f"period.{period}") for period in PERIODS}
    found = {record.identity[::2]: record.value for record in savings_records(evidence)}
    rows = []
    for by, name in names.items():
        low, median, high = (found[f"savings.{place}.money", by] for place in QUANTILES)
        if median is not None:
            rows.append(Sums(name, median, low, high))
    return rows


def savings_steps(evidence: Evidence) -> list[Step]:
    """The steps from all claims to complete ones; none where withheld."""
    words = words_of(evidence)
    return [
        Step(words(f"effects.ground.{row['step']}"), int(row["claims"]))
        for row in grounds(evidence).to_dict("records")
        if not pd.isna(row["claims"])
    ]


def savings_note(evidence: Evidence) -> str:
    """Median and quartiles of the sums, or why there are none, and why there is no total."""
    words = words_of(evidence)
    if not len(evidence.saving_claims) or savings_withheld(evidence):
        return ""
    found = {r.key: r for r in savings_records(evidence) if r.unit == "money" and not r.dimensions}
    low, median, high = (found[f"savings.{place}.money"] for place in QUANTILES)
    if median.suppressed:
        why = median.why if median.why in ("few", "position", "concentration") else "linked"
        least = {"count": policy_for(evidence).minimum} if why in ("few", "position") else {}
        sentence = words.markdown(f"effects.sums_withheld.{why}", **least)
    elif median.value is None:
        sentence = words.markdown("effects.savings_no_sums")
    else:
        sentence = words.markdown("effects.savings_sums", median=words.money(median.value))
        if low.value is not None and high.value is not None:
            ends = {"low": low.value, "high": high.value}
            printed = {name: words.money(value) for name, value in ends.items()}
            sentence += " " + words.markdown("effects.savings_quartiles", **printed)
    return f"{sentence} {words.markdown('effects.no_total')}"


def savings_caption(evidence: Evidence, phrase: str) -> str:
    """Caption of the figure or the table of savings, by its phrase; no count that is withheld."""
    words = words_of(evidence)
    if savings_withheld(evidence):
        sentence = words.markdown("effects.claiming_withheld", n=evidence.n)
    else:
        record = next(r for r in savings_records(evidence) if r.key == "savings.claimed.share")
        sentence = words.markdown("effects.claiming", claiming=record.x or 0, n=evidence.n)
    return f"{words.markdown(phrase)} {sentence}"


def grounds_rows(evidence: Evidence) -> pd.DataFrame:
    """The table of grounds: `label`, `claims`, `projects`, `share`, `interval`."""
    words = words_of(evidence)
    shares = {r.key: r for r in savings_records(evidence) if r.estimand == "S"}
    columns = ["label", "claims", "projects", "share", "interval"]
    rows: list[dict[str, object]] = []
    for row in grounds(evidence).to_dict("records"):
        cells: dict[str, object] = dict.fromkeys(columns, SUPPRESSED)
        cells["label"] = words(f"effects.ground.{row['step']}")
        if not pd.isna(row["claims"]):
            found = shares.get(f"savings.{row['step']}.share")
            cells |= {"claims": int(row["claims"]), "projects": int(row["projects"])}
            cells["share"] = None
            if found:
                cells["share"] = share(found.value, found.x, found.n, words.language)
            cells["interval"] = (found.low, found.high, found.n, None) if found else None
        rows.append(cells)
    return pd.DataFrame(rows, columns=columns, dtype="object")


def sustainability_rows(evidence: Evidence) -> pd.DataFrame:
    """The table of signs: `label`, `yes`, `no`, `silent`, `share`, `interval`."""
    words, frame = words_of(evidence), sustainability_states(evidence)
    sentence = zip(frame["share"], frame["yes"], frame["goals"], strict=True)
    return frame.assign(
        label=[words(f"effects.sign.{sign}") for sign in frame["sign"]],
        share=[share(value, int(x), int(n), words.language) for value, x, n in sentence],
        interval=pd.Series(limits(frame, of="goals"), index=frame.index, dtype="object"),
    )


def sustainability_bars(evidence: Evidence) -> list[Stack]:
    """Rows of the figure of signs: yes, no, silent; none without goals that came about."""
    words, frame = words_of(evidence), sustainability_states(evidence)
    signs = frame[frame["no"].notna() & (frame["goals"] > 0)]
    return [
        Stack(words(f"effects.sign.{r['sign']}"), (int(r["yes"]), int(r["no"]), int(r["silent"])))
        for r in signs.to_dict("records")
    ]


def rating_stacks(evidence: Evidence) -> tuple[list[Stack], list[Part]]:
    """Answers by question as stacked parts, withheld ones together with their neighbours.

    The parts are the answers of all scales, lowest first, between two that hold what is
    withheld of the lower and of the upper answers. A question is withheld as a whole where
    even the sum of its highest answers is.
    """
    words = words_of(evidence)
    items = [item for item in distributions(evidence) if item.answers]
    values = sorted({value for item in items for value in item.values}) or [1, 2, 3, 4, 5]
    names = [words(f"rating.{v}") if values == [1, 2, 3, 4, 5] else str(v) for v in values]
    if len({item.values for item in items}) == 1:
        ends = (values[0], values[-1 - items[0].top]), (values[-items[0].top], values[-1])
        untold = [words("effects.rating_untold", low=low, high=high) for low, high in ends]
    else:
        untold = [words("effects.rating_untold_lower"), words("effects.rating_untold_upper")]
    colors = [_UNTOLD[0], *answer_colors(len(values)), _UNTOLD[1]]
    named = zip([untold[0], *names, untold[1]], colors, strict=True)
    return [_rating_stack(item, values) for item in items], [Part(*pair) for pair in named]


def _rating_alt(rows: list[Stack], parts: list[Part], words: Words) -> str:
    """Every question with its shown answers; a withheld answer is not told as zero."""
    sentence = []
    for row in rows:
        shown = [
            f"{part.name}: {number(count, words.language)}"
            for part, count in zip(parts, row.counts, strict=True)
            if count
        ]
        if shown:
            sentence.append(words("alt.parts", label=row.label, parts="; ".join(shown)))
    hidden = alt_text.describe_withheld(
        [row.label for row in rows if row.suppressed], words.language
    )
    return alt_text.join(words("alt.rows", count=len(rows)), *sentence, hidden) if rows else ""


def _rating_stack(item: Distribution, values: list[int]) -> Stack:
    shown = {value: x or 0 for value, x in zip(item.values, item.counts, strict=True)}
    if item.high is None:
        return Stack(item.label, (0,) * (len(values) + 2), True)

    def untold(part: slice, together: int) -> int:
        """Answers of a group that are not told apart; rounded ones need not add up to it."""
        hidden = None in item.counts[part]
        return max(0, together - sum(shown[v] for v in item.values[part])) if hidden else 0

    lower, upper = slice(None, -item.top), slice(-item.top, None)
    rest = untold(lower, item.answers - item.high), untold(upper, item.high)
    return Stack(item.label, (rest[0], *(shown.get(value, 0) for value in values), rest[1]))


def _sizes(evidence: Evidence) -> dict[str, int]:
    return {"goals": len(achieved_goals(evidence)), "n": evidence.n}
