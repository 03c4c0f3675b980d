"""Two waves coded with different versions of the codebook: what of them can be held together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from evaltools.evidence.codebook import Codebook, Crosswalk, Group, version_order
from evaltools.indicators.prevalence import codebook

if TYPE_CHECKING:
    from evaltools.evidence import Evidence
    from evaltools.study.vocabulary import Role


class Side(NamedTuple):
    """A wave and the latest version with which it was read; `version` is empty if none is told."""

    wave: str
    version: str


def crosswalk_of(evidence: Evidence, earlier: str) -> tuple[Crosswalk, Side, Side] | None:
    """What the codebooks of this wave and an earlier one have in common.

    Returns:
        The crosswalk from the earlier to this one, then the side of this wave and the other;
        None where both go by the same version, so that nothing has to be matched.
    """
    if "readings" not in evidence.tables:
        return None
    book = Codebook.from_tables(evidence.tables)
    if len(book.versions) < 2:
        return None
    wave = str(evidence.parameters.wave)
    now = Side(wave, book.latest(evidence.versions_of_wave(wave)))
    then = Side(earlier, book.latest(evidence.versions_of_wave(earlier)))
    if version_order(now.version) == version_order(then.version):
        return None
    read = {*evidence.versions_of_wave(wave), *evidence.versions_of_wave(earlier)}
    return book.crosswalk(then.version, now.version, through=read), now, then


def groups_of(evidence: Evidence, crosswalk: Crosswalk, *roles: Role) -> pd.DataFrame:
    """Groups of codes of the roles as `codebook` gives codes, by the code that stands for each."""
    codes = codebook(evidence, *roles)
    standing = {group.code for group in crosswalk.groups}
    return codes[codes["code_id"].isin(standing)].reset_index(drop=True)


def caveat_of(group: Group, now: Side, then: Side) -> str:
    """What a reader must know of a group that is more than one unchanged code; else empty."""
    caveats = []
    if group.old != group.new:
        caveats.append(
            f"as one: {', '.join(group.new)} (codebook {now.version}) and "
            f"{', '.join(group.old)} (codebook {then.version})"
        )
    for change in group.changes:
        if change.kind == "redefine":
            why = f": {change.note}" if change.note else ""
            caveats.append(
                f"{change.from_code} was defined anew in codebook {change.to_version}{why}"
            )
    return "; ".join(caveats)


def why_not_alone(code: str, crosswalk: Crosswalk, now: Side, then: Side) -> str:
    """Why a code was not asked by itself; empty where it stands for its group."""
    group = crosswalk.find_group(code)
    if group is not None:
        return "" if group.code == code else f"not asked by itself: compared as {group.code}"
    lost = crosswalk.without.get(code)
    if lost is None:
        return "not asked: neither wave was read with a version of the codebook that has it"
    earlier_first = version_order(then.version) <= version_order(now.version)
    lacking = now if (lost == "retired") == earlier_first else then
    return f"not asked: codebook {lacking.version} of wave {lacking.wave} has no counterpart of it"
