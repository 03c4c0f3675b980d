"""Chapter 06, figures and tables: savings, ratings and what lasts; what is withheld left out."""

from __future__ import annotations

import pandas as pd

from evaltools.chapters import headlines
from evaltools.chapters.absence import figure_of, table_of
from evaltools.chapters.themes import level_of, limits
from evaltools.charts.bars import Stack, Stacks, state_parts
from evaltools.charts.figure import Figure
from evaltools.charts.interval_charts import Dot, Dots
from evaltools.charts.table import SUPPRESSED, Column, Table
from evaltools.evidence.selection import Evidence
from evaltools.i18n.numbers import list_of, share
from evaltools.indicators.disclosure.codes import savings_withheld
from evaltools.indicators.ratings import choose_raters, distributions, rated_high
from evaltools.indicators.savings import grounds, savings_records
from evaltools.indicators.sustainability import achieved_goals, sustainability_states


@table_of("claims")
def savings_table(evidence: Evidence) -> Table:
    """Claims and projects by ground."""
    words = evidence.words
    columns = [
        Column("label", words("effects.column.ground")),
        Column("claims", words("effects.column.claims"), "count"),
        Column("projects", words("effects.column.projects"), "count"),
        Column("share", words("effects.column.share"), "share"),
        Column("interval", words("effects.column.interval"), "interval"),
    ]
    caption = _savings_caption(evidence)
    note = words.markdown("effects.interval_note", level=level_of(evidence))
    return Table(grounds_rows(evidence), columns, caption, words.language, note=note)


@figure_of("ratings")
def ratings_figure(evidence: Evidence) -> Figure:
    """Projects that gave one of the highest answers, by question, with its interval."""
    words, rows = evidence.words, rating_dots(evidence)
    high = headlines.high_ratings(rows, evidence)
    return Dots(
        rows,
        axis=words("axis.share_of_answers"),
        level=evidence.parameters.confidence,
        words=words,
        nothing=words("effects.no_ratings"),
    ).figure(
        headlines.add_headline(words, "ratings", high, ratings_caption(evidence)),
        note=words.markdown("effects.ratings_note"),
    )


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
    words, rows = evidence.words, sustainability_bars(evidence)
    told = headlines.told_signs(rows, evidence)
    caption = words.markdown("effects.sustainability", **_sizes(evidence))
    return Stacks(
        rows,
        state_parts(words),
        words("axis.share_of_goals"),
        heading=words("axis.goals"),
        words=words,
        nothing=words("effects.nothing_to_root"),
    ).figure(headlines.add_headline(words, "signs", told, caption))


@table_of("signs")
def sustainability_table(evidence: Evidence) -> Table:
    """The same with shares and intervals."""
    words = evidence.words
    columns = [
        Column("label", words("effects.column.sign")),
        *(Column(s, words(f"effects.column.{s}"), "count") for s in ("yes", "no", "silent")),
        Column("share", words("effects.column.share_of_goals"), "share"),
        Column("interval", words("effects.column.interval"), "interval"),
    ]
    caption = words.markdown("effects.table_sustainability", **_sizes(evidence))
    note = words.markdown("effects.interval_note", level=level_of(evidence))
    return Table(sustainability_rows(evidence), columns, caption, words.language, note=note)


def _savings_caption(evidence: Evidence) -> str:
    """Caption of the table of savings; no count that is withheld."""
    words = evidence.words
    if savings_withheld(evidence):
        sentence = words.markdown("effects.claiming_withheld", n=evidence.n)
    else:
        projects = int(grounds(evidence)["projects"].iloc[0])
        sentence = words.markdown("effects.claiming", claiming=projects, n=evidence.n)
    return f"{words.markdown('effects.table_savings')} {sentence}"


def grounds_rows(evidence: Evidence) -> pd.DataFrame:
    """The table of grounds: `label`, `claims`, `projects`, `share`, `interval`."""
    words = evidence.words
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
    words, frame = evidence.words, sustainability_states(evidence)
    sentence = zip(frame["share"], frame["yes"], frame["goals"], strict=True)
    return frame.assign(
        label=[words(f"effects.sign.{sign}") for sign in frame["sign"]],
        share=[share(value, int(x), int(n), words.language) for value, x, n in sentence],
        interval=pd.Series(limits(frame, of="goals"), index=frame.index, dtype="object"),
    )


def rating_dots(evidence: Evidence) -> list[Dot]:
    """Questions with the share of their highest answers, its interval that for such projects."""
    records = {(r.key, r.estimand): r for r in rated_high(evidence)}
    rows = []
    for item in distributions(evidence):
        if not item.answers:
            continue
        found = records[f"rating.{item.item}.high.share", "S"]
        rows.append(
            Dot(
                item.label, found.value, found.low, found.high, found.x, found.n,
                suppressed=found.suppressed,
            )
        )  # fmt: skip
    return rows


def sustainability_bars(evidence: Evidence) -> list[Stack]:
    """Rows of the figure of signs: yes, no, silent; none without goals that came about."""
    words, frame = evidence.words, sustainability_states(evidence)
    signs = frame[frame["no"].notna() & (frame["goals"] > 0)]
    return [
        Stack(words(f"effects.sign.{r['sign']}"), (int(r["yes"]), int(r["no"]), int(r["silent"])))
        for r in signs.to_dict("records")
    ]


def _sizes(evidence: Evidence) -> dict[str, int]:
    return {"goals": len(achieved_goals(evidence)), "n": evidence.n}
