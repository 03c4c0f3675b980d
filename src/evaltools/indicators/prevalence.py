"""How common themes are: one row a code, its three states, its three estimands, its coder band."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaltools.evidence.code_presence import CoderRule
from evaltools.evidence.computed_once import computed_once
from evaltools.evidence.selection import Evidence
from evaltools.indicators.coder_decisions import codebook_order
from evaltools.indicators.disclosure.codes import codable_codes, withheld_codes
from evaltools.indicators.disclosure.policy import Policy, policy_for
from evaltools.indicators.disclosure.suppression import Withheld, few, protect, withhold
from evaltools.indicators.indicator import Estimand, Indicator, dimensions
from evaltools.indicators.shares import absence, coverage_note, plain_share, share_records
from evaltools.study.vocabulary import ROLES

STATES = ("yes", "no", "silent")
BAND_METHOD = "coder rules all–any"
_SOURCE = "evaltools.indicators.prevalence"
_CHOSEN: dict[str, Estimand] = {"descriptive": "D", "population": "P", "superpopulation": "S"}


@computed_once
def codebook(evidence: Evidence, *roles: str) -> pd.DataFrame:
    """Codable codes of roles, or of kinds by name, whether or not anything may be told of them.

    Without a role those of every kind.

    Returns:
        `code_id`, `kind`, `name` (the identifier without its kind) and `label` in the language
        of the parameters, sorted by code_id.
    """
    codes = codable_codes(evidence)
    kinds = [
        kind
        for role in roles
        for kind in (evidence.vocabulary.kinds_of(role) if role in ROLES else (role,))
    ]
    chosen = codes[codes["kind"].isin(kinds)] if roles else codes
    frame = pd.DataFrame(
        {
            "code_id": chosen["code_id"].astype(str),
            "kind": chosen["kind"].astype(str),
            "label": chosen[f"label_{evidence.parameters.language}"].astype(str),
        }
    )
    names = map(name_of, frame["code_id"], frame["kind"])
    frame.insert(2, "name", pd.Series(names, index=frame.index, dtype="object"))
    return frame.sort_values("code_id", ignore_index=True)


def publishable_codes(evidence: Evidence, *roles: str) -> pd.DataFrame:
    """The codes of `codebook` whose numbers are not withheld."""
    codes, withheld = codebook(evidence, *roles), withheld_codes(evidence)
    return codes[~codes["code_id"].isin(list(withheld))].reset_index(drop=True)


def codes_in_use(evidence: Evidence, *roles: str) -> pd.DataFrame:
    """The codes that may be told and were asked of one report or more; without a report, all."""
    codes = publishable_codes(evidence, *roles)
    asked = count_states(evidence.presence, codes).sum(axis=1).to_numpy() > 0
    return codes[asked].reset_index(drop=True) if asked.any() else codes


def name_of(code_id: str, kind: str) -> str:
    """The name of a code without its kind: `staff` of `challenge.staff`."""
    return code_id.removeprefix(f"{kind}.").replace(".", "_")


def count_states(presence: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """Projects by state: columns `yes`, `no`, `silent`, a row a code of `codes`, in its order.

    A row adds up to the projects that were asked.
    """
    rows = pd.Index(codes["code_id"]).get_indexer(pd.Index(presence["code_id"].astype(str)))
    columns = pd.Index(STATES).get_indexer(pd.Index(presence["state"].astype(str)))
    known = (rows >= 0) & (columns >= 0)
    cells = rows[known] * len(STATES) + columns[known]
    counted = np.bincount(cells, minlength=len(codes) * len(STATES))
    index = pd.Index(codes["code_id"], name="code_id")
    return pd.DataFrame(counted.reshape(-1, len(STATES)), index=index, columns=list(STATES))


def publishable_counts(presence: pd.DataFrame, codes: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """`count_states` with `asked`, their sum; `cells` are rounded where the study says so."""
    counts = count_states(presence, codes)
    asked = counts.sum(axis=1)
    for code_id in counts.index:
        if policy.rules.rounding and policy.regime_of(f"{code_id}.share") == "cells":
            most = int(asked[code_id])
            counts.loc[code_id] = [policy.rounded(int(x), most) for x in counts.loc[code_id]]
    return counts.assign(asked=asked)


def prevalence(evidence: Evidence, *roles: str) -> list[Indicator]:
    """Every theme of the roles: share in three estimands, denied, silent, coder band.

    Arguments:
        roles: of kinds of codes, such as `challenge`; several are cheaper together.

    Returns:
        For each code the records of `share_records`; D `<code>.denied.share` and
        `<code>.silent.share`, since what a report does not say is not a no; and
        `<code>.coder_band`, whose limits are the shares when all coders who read a report
        must agree and when any one of them is enough. Those of a code that is withheld are
        suppressed.
    """
    policy, withheld = policy_for(evidence), withheld_codes(evidence)
    counts = publishable_counts(evidence.presence, codebook(evidence, *roles), policy)
    source = f"{_SOURCE}.prevalence"
    records: list[Indicator] = []
    for row in counts.reset_index().to_dict("records"):
        code_id = str(row["code_id"])
        asked, why = int(row["asked"]), withheld.get(code_id)
        note = coverage_note(asked, int(evidence.n))
        shares = share_records(code_id, int(row["yes"]), evidence, source=source, asked=asked)
        records += [withhold(one, why) for one in shares] if why else shares
        yes, no, silent = (int(row[state]) for state in STATES)
        why = why or why_denied(code_id, yes, no, silent, policy)
        for name, state in (("denied", "no"), ("silent", "silent")):
            record = plain_share(
                f"{code_id}.{name}.share", int(row[state]), asked, source, note=note,
                why=absence(asked, int(evidence.n)),
            )  # fmt: skip
            records.append(withhold(record, why) if why else record)
    return records + coder_band(evidence, *roles)


def why_denied(code_id: str, yes: int, no: int, silent: int, policy: Policy) -> Withheld | None:
    """Why it is not told how many reports deny a code and how many are silent, or None.

    How many are one or the other follows from how many affirm it, so both are withheld
    together, unless there are none.
    """
    regime = policy.regime_of(f"{code_id}.denied.share")
    if regime == "open" or not no + silent:
        return None
    if regime == "group":
        return few(yes + no + silent, policy.minimum)
    return next(filter(None, protect((no, silent), policy.minimum)), None)


def coder_band(evidence: Evidence, *roles: str) -> list[Indicator]:
    """How far the share of each code depends on whose coding counts.

    The limits are no confidence interval: they are the shares under the strictest and the
    mildest rule. A consensus may lie outside both; the band is then widened to hold it.
    """
    codes, policy = codebook(evidence, *roles), policy_for(evidence)
    withheld = withheld_codes(evidence)
    shown = publishable_counts(evidence.presence, codes, policy)
    rules = [
        publishable_counts(evidence.presence_by_rule(r), codes, policy) for r in ("all", "any")
    ]
    strict, mild = map(_shares, rules)
    values = _shares(shown)
    records = []
    for code_id in codes["code_id"]:
        x, n = int(shown.loc[code_id, "yes"]), int(shown.loc[code_id, "asked"])
        value, limits = values[code_id], sorted((strict[code_id], mild[code_id]))
        outside = n > 0 and not limits[0] <= value <= limits[1]
        note = "the chosen rule gives a share outside all–any; the band is widened" * outside
        note = "; ".join(filter(None, (note, coverage_note(n, int(evidence.n)))))
        record = Indicator(
            key=f"{code_id}.coder_band", value=value if n else None, unit="share", x=x, n=n,
            low=min(limits[0], value) if n else None, high=max(limits[1], value) if n else None,
            method=BAND_METHOD, source=f"{_SOURCE}.coder_band", why=absence(n, int(evidence.n)),
            note=note,
        )  # fmt: skip
        of_rules = [
            policy.why_count(f"{code_id}.share", int(x), int(asked))
            for x, asked in (counts.loc[code_id, ["yes", "asked"]] for counts in rules)
        ]
        why = next(filter(None, (withheld.get(code_id), *of_rules)), None)
        records.append(withhold(record, why) if why else record)
    return records


def _shares(counts: pd.DataFrame) -> dict[str, float]:
    """Share that says yes of those asked, by code; zero where nobody was."""
    asked = counts["asked"]
    shares = (counts["yes"] / asked.where(asked > 0)).fillna(0.0)
    return {str(code): float(value) for code, value in shares.items()}


RULES: tuple[CoderRule, ...] = ("any", "majority", "all", "consensus")


def by_rule(evidence: Evidence) -> list[Indicator]:
    """The share of every codable code under every coder rule, whichever the report is told by.

    Returns:
        D `prevalence_by_rule.reported.share` by `code` and `rule`. What lies between the rules is
        no sampling interval: it is what the choice of rule decides.
    """
    table, withheld, n = counts_by_rule(evidence), withheld_codes(evidence), int(evidence.n)
    policy, records = policy_for(evidence), []
    for row in table.to_dict("records"):
        code_id = str(row["code_id"])
        for rule in RULES:
            x, asked = int(row[rule]), int(row[f"{rule}_of"])
            record = plain_share(
                "prevalence_by_rule.reported.share", x, asked, f"{_SOURCE}.by_rule",
                dimensions(code=code_id, rule=rule), coverage_note(asked, n), absence(asked, n),
            )  # fmt: skip
            why = withheld.get(code_id) or policy.why_count(f"{code_id}.share", x, asked)
            records.append(withhold(record, why) if why else record)
    return records


def counts_by_rule(evidence: Evidence) -> pd.DataFrame:
    """Reports that have each codable code, by coder rule, in the order of the codebook.

    Not for print as it is: codes that are withheld are among them. Beside each rule stands, as
    `any_of` and so on, of how many reports the code was asked under it.
    """
    order = codebook_order(evidence)
    codes = codebook(evidence).set_index("code_id").loc[order].reset_index()
    frame = codes[["code_id", "label"]].copy()
    for rule in RULES:
        counts = publishable_counts(evidence.presence_by_rule(rule), codes, policy_for(evidence))
        frame[rule] = counts["yes"].to_numpy()
        frame[f"{rule}_of"] = counts["asked"].to_numpy()
    return frame


def themes(evidence: Evidence, role: str) -> pd.DataFrame:
    """The table behind every figure of themes, commonest first.

    Returns:
        A row a code that was asked, in the order of `ranking`, and one for each that is withheld,
        with `code_id`, `name`, `label`, `rank` (equal shares have the better rank), `tied`, the
        counts `yes`, `no`, `silent`, `n` (reports that were asked), `N`, and as shares `share`;
        `low`, `high` of the chosen estimand (missing for descriptive);
        `p_low`, `p_high`, `bound_low`, `bound_high`, `s_low`, `s_high`, `band_low`,
        `band_high`. Where `withheld` is true all numbers of the row are missing, where
        `denied_withheld` is true `no` and `silent` are.
    """
    codes, policy = publishable_codes(evidence, role), policy_for(evidence)
    counts = publishable_counts(evidence.presence, codes, policy).rename(columns={"asked": "n"})
    if evidence.n:
        counts = counts[counts["n"] > 0]
    frame = codes.merge(counts, left_on="code_id", right_index=True).reset_index(drop=True)
    found = {(r.key, r.estimand): r for r in prevalence(evidence, role)}
    chosen = _CHOSEN[evidence.parameters.estimand]
    frame["N"] = int(evidence.N)
    columns: dict[str, tuple[str, Estimand]] = {
        "p": ("share", "P"), "bound": ("bounds", "P"), "s": ("share", "S"),
        "band": ("coder_band", "D"), "": ("share", chosen),
    }  # fmt: skip
    for prefix, (measure, estimand) in columns.items():
        rows = [found[(f"{code_id}.{measure}", estimand)] for code_id in frame["code_id"]]
        start = f"{prefix}_" if prefix else ""
        frame[f"{start}low"] = pd.Series([row.low for row in rows], dtype="float64")
        frame[f"{start}high"] = pd.Series([row.high for row in rows], dtype="float64")
        if not prefix:
            frame["share"] = pd.Series([row.value for row in rows], dtype="float64")
    # Shares, not counts, since codes may have been asked of different numbers of reports.
    order = (frame["yes"] / frame["n"].where(frame["n"] > 0)).fillna(0.0)
    frame = frame.assign(order=order).sort_values(
        ["order", "code_id"], ascending=[False, True], ignore_index=True
    )
    frame["rank"] = frame["order"].rank(method="min", ascending=False).astype(int)
    frame["tied"] = frame["order"].duplicated(keep=False)
    denied = [found[(f"{code_id}.denied.share", "D")].suppressed for code_id in frame["code_id"]]
    frame = frame.drop(columns="order").assign(withheld=False)
    frame["denied_withheld"] = np.array(denied, dtype=bool)
    counted = ["yes", "no", "silent", "n", "rank"]
    frame[counted] = frame[counted].astype("Int64")
    frame.loc[frame["denied_withheld"], ["no", "silent"]] = pd.NA
    hidden = codebook(evidence, role)
    hidden = hidden[hidden["code_id"].isin(list(withheld_codes(evidence)))]
    hidden = hidden.assign(N=int(evidence.N), tied=False, withheld=True, denied_withheld=True)
    last = hidden.reindex(columns=frame.columns).astype(frame.dtypes.to_dict())
    return pd.concat([frame, last], ignore_index=True)


def ranking(evidence: Evidence, role: str) -> list[tuple[str, int]]:
    """Codes of a kind by the share of projects asked that have them, then by code id.

    The order is total. Each comes with the number of projects that have it; neighbours with
    equal counts are ties, which `ties` groups.
    """
    counts = publishable_counts(
        evidence.presence, publishable_codes(evidence, role), policy_for(evidence)
    )
    shares = _shares(counts)
    if evidence.n:
        counts = counts[counts["asked"] > 0]
    pairs = [(str(code_id), int(x)) for code_id, x in counts["yes"].items()]
    return sorted(pairs, key=lambda pair: (-shares[pair[0]], pair[0]))


def ties(ranked: list[tuple[str, int]]) -> list[tuple[int, tuple[str, ...]]]:
    """Groups of two or more codes that a ranking cannot tell apart, with their common count."""
    groups: dict[int, list[str]] = {}
    for code_id, x in ranked:
        groups.setdefault(x, []).append(code_id)
    return [(x, tuple(group)) for x, group in groups.items() if len(group) > 1]
