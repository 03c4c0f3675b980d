"""How savings and rooting are shown, with what is withheld left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from evaltools.indicators.rooting import rooting_states
from evaltools.indicators.savings import PERIODS, grounds, savings_records, sums
from evaltools.indicators.showing import known
from evaltools.present.language import Language, euros, share
from evaltools.present.ledger import Claim, Step
from evaltools.present.stacks import Stack
from evaltools.present.table import SUPPRESSED, Column
from evaltools.present.words import Words

if TYPE_CHECKING:
    from evaltools.evidence import Evidence


def ledger_claims(evidence: Evidence) -> list[Claim]:
    """The sums of the ledger's strip, by period; none where they are withheld."""
    words, (frame, _) = Words(evidence.parameters.language), sums(evidence)
    unnamed = "effects.period_untold" if frame["period"].ne("").any() else "effects.all_sums"
    names = {period: words(f"period.{period}") for period in PERIODS} | {"": words(unnamed)}
    ordered = frame.sort_values(["period", "amount_eur", "reckoned"], ascending=[False, True, True])
    return [
        Claim(float(row["amount_eur"]), names[row["period"]], bool(row["reckoned"]))
        for row in ordered.to_dict("records")
    ]


def ledger_steps(evidence: Evidence) -> list[Step]:
    """The steps of the ledger, from all claims to complete ones; none where withheld."""
    words, frame = Words(evidence.parameters.language), grounds(evidence)
    return [
        Step(words(f"effects.ground.{row['step']}"), int(row["claims"]))
        for row in frame.to_dict("records")
        if not pd.isna(row["claims"])
    ]


def ledger_note(evidence: Evidence) -> str:
    """Median and range of the sums, or why there are none, and why there is no total."""
    language = evidence.parameters.language
    words, (frame, withheld) = Words(language), sums(evidence)
    if not len(evidence.saving_claims):
        return ""
    if withheld:
        told = words.markdown("effects.savings_withheld", count=withheld.minimum)
    elif frame.empty:
        told = words.markdown("effects.savings_no_sums")
    else:
        amounts = frame["amount_eur"]
        low, high = euros(float(amounts.min()), language), euros(float(amounts.max()), language)
        median = euros(float(amounts.median()), language)
        told = words.markdown("effects.savings_sums", median=median, low=low, high=high)
    return f"{told} {words.markdown('effects.no_total')}"


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
    """Whether claims give sums that may not be shown."""
    return sums(evidence)[1] is not None


def no_ledger(evidence: Evidence) -> str:
    """Why the ledger has no steps: no claims, or claims of too few projects."""
    words, minimum = Words(evidence.parameters.language), evidence.parameters.minimum_cell
    withheld = grounds(evidence)["claims"].isna().any()
    return words("effects.savings_few", count=minimum) if withheld else words("effects.no_claims")


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
    words, frame = Words(evidence.parameters.language), rooting_states(evidence)
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
