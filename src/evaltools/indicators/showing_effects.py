"""How savings and rooting are shown, with what is withheld left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from evaltools.indicators.disclosure.codes import savings_withheld
from evaltools.indicators.disclosure.policy import policy_of
from evaltools.indicators.indicator import dimensions
from evaltools.indicators.rooting import rooting_states
from evaltools.indicators.savings import PERIODS, QUANTILES, grounds, savings_records
from evaltools.indicators.showing import known
from evaltools.present.language import Language, euros, share
from evaltools.present.ledger import Step, Sums
from evaltools.present.stacks import Stack
from evaltools.present.table import SUPPRESSED, Column
from evaltools.present.words import Words

if TYPE_CHECKING:
    from evaltools.evidence import Evidence


def ledger_sums(evidence: Evidence) -> list[Sums]:
    """The rows of the ledger's strip, all sums and by period; none where they are withheld."""
    words = evidence.words
    names: dict[tuple[tuple[str, str], ...], str] = {(): words("effects.all_sums")}
    names |= {dimensions(period=period): words(f"period.{period}") for period in PERIODS}
    found = {record.identity[::2]: record.value for record in savings_records(evidence)}
    rows = []
    for by, name in names.items():
        low, median, high = (found[f"savings.{place}.eur", by] for place in QUANTILES)
        if median is not None:
            rows.append(Sums(name, median, low, high))
    return rows


def ledger_steps(evidence: Evidence) -> list[Step]:
    """The steps of the ledger, from all claims to complete ones; none where withheld."""
    words, frame = evidence.words, grounds(evidence)
    return [
        Step(words(f"effects.ground.{row['step']}"), int(row["claims"]))
        for row in frame.to_dict("records")
        if not pd.isna(row["claims"])
    ]


def ledger_note(evidence: Evidence) -> str:
    """Median and quartiles of the sums, or why there are none, and why there is no total."""
    language = evidence.parameters.language
    words, whole = Words(language), savings_withheld(evidence)
    if not len(evidence.saving_claims) or whole:
        return ""
    found = {r.key: r for r in savings_records(evidence) if r.unit == "eur" and not r.dimensions}
    low, median, high = (found[f"savings.{place}.eur"] for place in QUANTILES)
    if median.suppressed:
        why = median.why if median.why in ("few", "position", "concentration") else "linked"
        least = {"count": policy_of(evidence).minimum} if why in ("few", "position") else {}
        told = words.markdown(f"effects.sums_withheld.{why}", **least)
    elif median.value is None:
        told = words.markdown("effects.savings_no_sums")
    else:
        told = words.markdown("effects.savings_sums", median=euros(median.value, language))
        if low.value is not None and high.value is not None:
            ends = {"low": euros(low.value, language), "high": euros(high.value, language)}
            told += " " + words.markdown("effects.savings_quartiles", **ends)
    return f"{told} {words.markdown('effects.no_total')}"


def savings_caption(evidence: Evidence, phrase: str) -> str:
    """Caption of the figure or the table of savings, by its phrase; no count that is withheld."""
    words = evidence.words
    about = words.markdown(phrase)
    if savings_withheld(evidence):
        told = words.markdown("effects.claiming_withheld", n=evidence.n)
    else:
        record = next(r for r in savings_records(evidence) if r.key == "savings.claimed.share")
        told = words.markdown("effects.claiming", claiming=record.n or 0, n=evidence.n)
    return f"{about} {told}"


def grounds_rows(evidence: Evidence) -> pd.DataFrame:
    """The table of grounds: `label`, `claims`, `projects`, `share`, `interval`."""
    language = evidence.parameters.language
    limits = {r.key: r for r in savings_records(evidence) if r.estimand == "S"}
    columns = ["label", "claims", "projects", "share", "interval"]
    rows: list[dict[str, object]] = []
    for row in grounds(evidence).to_dict("records"):
        cells: dict[str, object] = dict.fromkeys(columns, SUPPRESSED)
        cells["label"] = Words(language)(f"effects.ground.{row['step']}")
        if not pd.isna(row["claims"]):
            found = limits.get(f"savings.{row['step']}.share")
            cells |= {"claims": int(row["claims"]), "projects": int(row["projects"])}
            cells["share"] = share(found.value, found.n, found.N, language) if found else None
            cells["interval"] = (found.low, found.high) if found else None
        rows.append(cells)
    return pd.DataFrame(rows, columns=columns, dtype="object")


def rooting_rows(evidence: Evidence) -> pd.DataFrame:
    """The table of rooting: `label`, `yes`, `no`, `silent`, `share`, `interval`."""
    language, frame = evidence.parameters.language, rooting_states(evidence)
    words = Words(language)
    told = zip(frame["share"], frame["yes"], frame["goals"], strict=True)
    pairs = [(known(a), known(b)) for a, b in zip(frame["low"], frame["high"], strict=True)]
    return frame.assign(
        label=[words(f"effects.sign.{sign}") for sign in frame["sign"]],
        share=[share(known(value), int(x), int(n), language) for value, x, n in told],
        interval=pd.Series(pairs, index=frame.index, dtype="object"),
    )


def sums_withheld(evidence: Evidence) -> bool:
    """Whether claims give sums of which nothing may be shown."""
    found = {r.key: r for r in savings_records(evidence) if not r.dimensions}
    return found["savings.median.eur"].suppressed


def no_ledger(evidence: Evidence) -> str:
    """Why the ledger has no steps: no claims, or claims that nothing may be told of."""
    words = evidence.words
    withheld = savings_withheld(evidence)
    return words("effects.savings_withheld" if withheld else "effects.no_claims")


def grounds_columns(language: Language) -> list[Column]:
    """Columns of the table of grounds."""
    words = Words(language)
    return [
        Column("label", words("effects.column.ground")),
        Column("claims", words("effects.column.claims"), "count"),
        Column("projects", words("effects.column.projects"), "count"),
        Column("share", words("effects.column.share"), "share"),
        Column("interval", words("effects.column.interval"), "interval"),
    ]


def rooting_bars(evidence: Evidence) -> list[Stack]:
    """Rows of the figure of rooting: yes, no, silent; none without goals that came about."""
    words, frame = evidence.words, rooting_states(evidence)
    signs = frame[frame["no"].notna() & (frame["goals"] > 0)]
    return [
        Stack(words(f"effects.sign.{r['sign']}"), (int(r["yes"]), int(r["no"]), int(r["silent"])))
        for r in signs.to_dict("records")
    ]


def rooting_columns(language: Language) -> list[Column]:
    """Columns of the table of rooting."""
    words = Words(language)
    return [
        Column("label", words("effects.column.sign")),
        *(Column(s, words(f"effects.column.{s}"), "count") for s in ("yes", "no", "silent")),
        Column("share", words("effects.column.share_of_goals"), "share"),
        Column("interval", words("effects.column.interval"), "interval"),
    ]
