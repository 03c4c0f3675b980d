"""Is a theme commoner in one group, or in one wave, than in another?

Waves coded with different versions of the codebook are compared by groups of codes that mean the
same in both: a group is present where any of its codes is. Where a definition changed, the note
says so; what has no counterpart is not compared.

A side with fewer reports than the study's `judging: least_group` is compared with nothing: the
counts are given and no difference. A difference stands where Fisher's exact test, adjusted over all
codes compared with it (Holm), bears it out; the interval of each is its own, and not adjusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import nan
from typing import NamedTuple

import pandas as pd

from evaltools.evidence.codebook import Codebook, Crosswalk, Group, version_order
from evaltools.evidence.selection import Evidence
from evaltools.indicators.absence import group_dimension
from evaltools.indicators.indicator import NOT_ASKED, Absence, Dimensions, Indicator, dimensions
from evaltools.indicators.prevalence import codebook, codes_in_use, count_states
from evaltools.indicators.shares import count_record, infer
from evaltools.statistics.contingency import fisher, holm, is_borne_out
from evaltools.statistics.intervals import Difference, newcombe
from evaltools.study.vocabulary import Role

WAVE_ROLES: tuple[Role, ...] = ("challenge", "response", "result")
NO_EARLIER_WAVE = "no earlier wave has reports to compare with"
NO_REPORTS = "this wave has no report in scope"
_SOURCE = "evaltools.indicators.comparisons"


def earlier_wave(evidence: Evidence) -> int | None:
    """The latest earlier wave that has reports in the same scope, or None."""
    this = str(evidence.parameters.wave)
    if not this.isdigit():  # every wave together
        return None
    found = evidence.tables["documents"]["wave"].dropna().astype(str).unique()
    waves = {int(wave) for wave in found if wave.isdigit()}
    for wave in sorted((w for w in waves if w < int(this)), reverse=True):
        if len(evidence.presence_of_wave(str(wave))):
            return wave
    return None


def outermost_groups(evidence: Evidence) -> tuple[str, str]:
    """The two groups of projects that differ most: the ends of the dimension of groups."""
    found = group_dimension(evidence)
    return (found[1][0], found[1][-1]) if found else ("", "")


def compare_groups(evidence: Evidence, role: Role = "challenge") -> pd.DataFrame:
    """One group of projects against another among the reports in scope, a row a code asked.

    Returns:
        `code_id`, `name`, `label`, `x1`, `n1` (of the first of `outermost_groups`), `x2`, `n2` (of
        the other), `difference` as the first share less the second, `low`, `high`, `p`, `holm`,
        and whether the difference `stands`; numbers are missing where a group has fewer reports
        than `judging: least_group`. Largest absolute difference first, then by code id. Without a
        dimension of groups both are empty.
    Source: limits by `newcombe`, of each difference alone; p by `fisher`, adjusted by `holm` over
    all codes compared.
    """
    found = group_dimension(evidence)
    parts = [evidence.presence.iloc[0:0]] * 2
    if found:
        group = evidence.projects.set_index("project_id")[found[0].column].astype(str)
        of_project = evidence.presence["project_id"].map(group)
        parts = [evidence.presence[of_project.eq(name)] for name in outermost_groups(evidence)]
    return _compare(evidence, codes_in_use(evidence, role), parts[0], parts[1])


def compare_waves(evidence: Evidence, *roles: Role) -> pd.DataFrame:
    """This wave against the earlier one, each by its own reports, whatever call they came from.

    Returns:
        As `compare_groups`, with this wave first; `n2` is 0 without an earlier wave. Between
        versions of the codebook a row is a group of codes, by the code that stands for it. The
        family of `holm` is that of all `WAVE_ROLES`, whichever of them are asked for.
    """
    frame = _compare_all_of_waves(evidence)
    wanted = codebook(evidence, *roles)["code_id"]
    return frame[frame["code_id"].isin(wanted)].reset_index(drop=True)


def _compare_all_of_waves(evidence: Evidence) -> pd.DataFrame:
    this, wave = str(evidence.parameters.wave), earlier_wave(evidence)
    matched = None if wave is None else crosswalk_of(evidence, str(wave))
    if matched is not None:
        crosswalk, *_ = matched
        parts = [evidence.presence_in_groups(each, crosswalk) for each in (this, str(wave))]
        return _compare(evidence, groups_of(evidence, crosswalk, *WAVE_ROLES), *parts)
    now = evidence.presence_of_wave(this)
    before = now.iloc[0:0] if wave is None else evidence.presence_of_wave(str(wave))
    return _compare(evidence, codes_in_use(evidence, *WAVE_ROLES), now, before)


def group_differences(evidence: Evidence) -> list[Indicator]:
    """`group_difference.<challenge>.difference`, the first group less the other, as D and S.

    And `.holm`, the adjusted p-value, as S; `group_difference.reports.count` by `group`.
    """
    frame, groups = compare_groups(evidence), outermost_groups(evidence)
    source = f"{_SOURCE}.group_differences"
    by = [dimensions(group=group) for group in groups]
    records = _count_sides("group_difference.reports.count", frame, by, source)
    for row in _in_code_order(frame, codebook(evidence, "challenge")):
        absence: Absence | None = "not_asked" if row.why else None
        stem = f"group_difference.{row.name}"
        records += _records(stem, row, evidence, source, groups, row.why, absence)
    return records


def wave_differences(evidence: Evidence) -> list[Indicator]:
    """`wave_difference.<code>.difference`, this wave less the earlier one, as D and S.

    And `.holm`, the adjusted p-value, as S; `wave_difference.reports.count` by `side`. Codes that
    do not stand for their group have no value, and a note says why.
    """
    frame = compare_waves(evidence, *WAVE_ROLES)
    wave, source = earlier_wave(evidence), f"{_SOURCE}.wave_differences"
    sides = (f"wave {evidence.parameters.wave}", f"wave {wave}")
    why = NO_EARLIER_WAVE if wave is None else ""
    if not why and len(frame) and not frame["n1"].iloc[0]:
        why = NO_REPORTS
    matched = None if wave is None else crosswalk_of(evidence, str(wave))
    by = [dimensions(side=side) for side in ("current", "previous")]
    records = _count_sides("wave_difference.reports.count", frame, by, source)
    for row in _in_code_order(frame, codebook(evidence, *WAVE_ROLES)):
        stem, lacking, caveat = f"wave_difference.{row.code_id}", row.why, ""
        if matched is not None:
            lacking = why_not_alone(row.code_id, *matched)
            group = matched[0].find_group(row.code_id)
            caveat = "" if group is None else caveat_of(group, *matched[1:])
        absence: Absence | None = "not_asked" if lacking else None
        records += _records(stem, row, evidence, source, sides, lacking or why, absence, caveat)
    return records


def _compare(
    evidence: Evidence, codes: pd.DataFrame, first: pd.DataFrame, second: pd.DataFrame
) -> pd.DataFrame:
    level = evidence.parameters.confidence
    frame = codes.copy()
    for number, part in ((1, first), (2, second)):
        counted = count_states(part, codes)
        frame[f"x{number}"] = frame["code_id"].map(counted["yes"]).astype(int)
        frame[f"n{number}"] = frame["code_id"].map(counted.sum(axis=1)).astype(int)
    counts = frame[["x1", "n1", "x2", "n2"]].to_numpy(dtype=int).tolist()
    least = evidence.judging.least_group
    enough = [min(n, m) >= least for _, n, _, m in counts]
    told = list(zip(counts, enough, strict=True))
    found = [newcombe(x, n, y, m, level) if own else None for (x, n, y, m), own in told]
    p = [fisher(x, n - x, y, m - y) if own else nan for (x, n, y, m), own in told]
    frame["p"] = frame["holm"] = pd.Series(p, dtype="float64")
    if any(enough):
        frame.loc[enough, "holm"] = holm(frame.loc[enough, "p"])
    frame["stands"] = is_borne_out(frame["holm"].to_numpy(dtype=float), level)
    for column, name in (("difference", "value"), ("low", "low"), ("high", "high")):
        values = [getattr(one, name) if one else None for one in found]
        frame[column] = pd.Series(values, dtype="float64")
    order = frame.assign(size=-frame["difference"].abs().fillna(0).round(12))
    return frame.loc[order.sort_values(["size", "code_id"]).index].reset_index(drop=True)


class _Row(NamedTuple):
    code_id: str
    name: str
    x1: int
    n1: int
    x2: int
    n2: int
    difference: float
    low: float
    high: float
    p: float
    holm: float
    why: str = ""


def _in_code_order(frame: pd.DataFrame, codes: pd.DataFrame) -> list[_Row]:
    """Compared rows, and one without numbers for each code that was not compared."""
    columns = [name for name in _Row._fields if name != "why"]
    rows = {row[0]: _Row(*row) for row in frame[columns].itertuples(index=False, name=None)}
    for code, name in zip(codes["code_id"], codes["name"], strict=True):
        rows.setdefault(code, _Row(code, name, 0, 0, 0, 0, nan, nan, nan, nan, nan, NOT_ASKED))
    return [rows[code] for code in sorted(rows)]


def _count_sides(
    key: str, frame: pd.DataFrame, sides: Sequence[Dimensions], source: str
) -> list[Indicator]:
    """How many reports stand on each side, so that a reader sees 3 against 33."""
    counts = [int(frame[column].max()) if len(frame) else 0 for column in ("n1", "n2")]
    pairs = zip(counts, sides, strict=True)
    return [count_record(key, count, source, by) for count, by in pairs if by]


def _records(
    stem: str,
    row: _Row,
    evidence: Evidence,
    source: str,
    sides: tuple[str, str],
    why: str,
    absence: Absence | None,
    caveat: str = "",
) -> list[Indicator]:
    """x is how many reports of both sides have the code, n how many reports there are."""
    told = f"{sides[0]} {row.x1} of {row.n1}, {sides[1]} {row.x2} of {row.n2}"
    least = evidence.judging.least_group
    if not why and min(row.n1, row.n2) < least:
        why, absence = f"{told}; fewer than {least} reports on a side, so no comparison", "too_few"
    tests = "" if why else f"p={row.p:.4g}; holm={row.holm:.4g}"
    plain = Indicator(
        key=f"{stem}.difference", value=None if why else row.difference, unit="difference",
        x=int(row.x1 + row.x2), n=int(row.n1 + row.n2), source=source,
        why=absence if why else None, note=why or "; ".join(filter(None, (told, tests, caveat))),
    )  # fmt: skip
    level = evidence.parameters.confidence
    limits = None if why else Difference(row.difference, row.low, row.high, "newcombe", level)
    adjusted = replace(
        plain, key=f"{stem}.holm", value=None if why else row.holm, unit="index", x=None,
        estimand="S", method="fisher, holm", level=level,
    )  # fmt: skip
    return [plain, infer(plain, limits, "newcombe", level), adjusted]


class Side(NamedTuple):
    """A wave and the latest version with which it was read; `version` is empty if none is told."""

    wave: str
    version: str


def crosswalk_of(evidence: Evidence, earlier: str) -> tuple[Crosswalk, Side, Side] | None:
    """The crosswalk from an earlier wave to this one, then the side of this wave and the other.

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
