"""What a release gives away: by itself, and a cell of it less the same cell of last year's.

A bundle carries its tables as a reader sees them, in `disclosure/tables.json`; bundles with
only `indicators.json` are read from that. Between two releases projects come in and go out; a
number that changes from 40 to 43 tells of exactly the three that came.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from evaltools.disclosure.recoverability import (
    GAP,
    Attack,
    ContradictionError,
    KnownSum,
    PublicCell,
    PublicTable,
    build_attack,
    cell_name,
    known_sums,
    published_tables,
    recoverable_problem,
)
from evaltools.indicators.disclosure.gate import why_withheld
from evaltools.indicators.disclosure.policy import Policy
from evaltools.indicators.disclosure.rules import Rules
from evaltools.indicators.disclosure.suppression import Withheld, few
from evaltools.indicators.indicator import Indicator, from_record
from evaltools.indicators.savings import EXAMINED
from evaltools.problems import Problem, ProblemError
from evaltools.study.parameters import Parameters
from evaltools.study.schema import Disclosure

TABLES_FILE = "disclosure/tables.json"
INDICATORS_FILE = "indicators.json"
LARGEST_FILE = 20_000_000
CONTRADICTION = "disclosure.contradiction"
_SINCE = "_release"
_TABLES = TypeAdapter(tuple[PublicTable, ...])
_STAYED, _CAME, _WENT = "stayed", "came", "went"


@dataclass(frozen=True)
class Release:
    """What one publication tells.

    Arguments:
        name: for messages, such as the folder's name.
        tables: as a reader sees them.
        units: the projects it is about, where the register tells them; None where unknown, and
            then the smaller release is taken to lie within the larger, which is the worst case.
    """

    name: str
    tables: tuple[PublicTable, ...]
    units: frozenset[str] | None = None


def write_release(folder: Path, release: Release) -> Path:
    """Write the tables of a release into a bundle, for later releases to be held against."""
    file = folder / TABLES_FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(release_text(release), encoding="utf-8", newline="\n")
    return file


def release_text(release: Release) -> str:
    """A release without its name as JSON, the same text each time."""
    content = {
        "units": None if release.units is None else sorted(release.units),
        "tables": [asdict(table) for table in release.tables],
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def release_from(content: Any, name: str = "") -> Release:
    """A release from what `release_text` wrote.

    Raises:
        ValueError, TypeError, KeyError: it is none.
    """
    tables = _TABLES.validate_python(content["tables"])
    units = None if content["units"] is None else frozenset(map(str, content["units"]))
    return Release(name, tables, units)


def read_release(folder: Path) -> Release:
    """The tables of a published bundle.

    Raises:
        ProblemError: the bundle holds no tables, or they cannot be read.
    """
    tables, plain = folder / TABLES_FILE, folder / INDICATORS_FILE
    try:
        if tables.is_file():
            return release_from(_json(tables), folder.name)
        if plain.is_file():
            records = [from_record(record) for record in _json(plain)]
            return Release(folder.name, published_tables(records))
    except (OSError, ValueError, TypeError, KeyError) as error:
        what = f"its tables cannot be read ({type(error).__name__})"
        raise ProblemError([_no_release(folder, what)]) from error
    what, allowed = "holds neither tables nor indicators", f"{TABLES_FILE} or {INDICATORS_FILE}"
    raise ProblemError([_no_release(folder, what, allowed)])


def _no_release(folder: Path, what: str, allowed: str = "") -> Problem:
    remedy = "Point to a bundle as it was published."
    return Problem(f"bundle {folder.name}", what, allowed, remedy, "disclosure.bundle")


def check_differencing(
    published: Iterable[Path | Release],
    new: Release,
    rules: Rules,
    corrected: Container[str] = (),
) -> list[Problem]:
    """Cells of few projects that follow by subtracting a published release from the new one.

    For each pair of releases and each table they share, the projects are those that stayed,
    came or went; the least and greatest number in each cell among those that came, or went,
    is computed from both tables. Told as a problem is a cell that holds something, but surely
    fewer projects than the minimum; and, where so few came or went in all, whatever follows
    of them.

    Arguments:
        published: bundles, or releases read from them.
        new: what is about to be published.
        rules: what counts as a disclosure.
        corrected: releases by name whose numbers are known to be wrong. Where no projects fit a
            table of both, nothing follows from the two, and the new one may contradict the old.

    Raises:
        ProblemError: a bundle cannot be read.
    """
    problems: list[Problem] = []
    for one in published:
        old = read_release(one) if isinstance(one, Path) else one
        by_name = {(table.quantity, table.axes): table for table in old.tables}
        for table in new.tables:
            other = by_name.get((table.quantity, table.axes))
            if other is not None:
                found = _between(old, other, new, table, rules)
                wrong = old.name in corrected
                problems += [one for one in found if not (wrong and one.code == CONTRADICTION)]
    return sorted(set(problems))


def _between(
    old: Release, then: PublicTable, new: Release, now: PublicTable, rules: Rules
) -> list[Problem]:
    axes = dict(now.axes) | {_SINCE: (_STAYED, _CAME, _WENT)}
    known = [_within(one, (_STAYED, _WENT)) for one in known_sums(then)]
    known += [_within(one, (_STAYED, _CAME)) for one in known_sums(now)]
    known += _turnover(old, then, new, now)
    place = f"table {now.name}, against the release {old.name}"
    try:
        attack = Attack(axes, known)
        problems = []
        for moved, own in ((_CAME, build_attack([now])), (_WENT, build_attack([then]))):
            at = ((_SINCE, (moved,)),)
            _, most = attack.bounds(at)
            for cell in now.cells:
                low, high = attack.bounds(tuple(sorted((*cell.place, *at))))
                inner = bool(cell.place)
                alone = 0 < most < rules.minimum and low == high and inner
                # What one release tells by itself is judged when that is published.
                new_to_reader = (low, high) != own.bounds(cell.place)
                if new_to_reader and ((low >= 1 and high < rules.minimum) or alone):
                    problems.append(_subtracted(place, cell, moved))
    except ContradictionError:
        what = "the two cannot both be right: no projects fit both"
        remedy = (
            "If the data were corrected since, say why in evaluation.yml, disclosure: corrections: "
            f"{{{old.name}: …}}; else find out which of the two is wrong."
        )
        return [Problem(place, what, "", remedy, CONTRADICTION)]
    return problems


def _within(known: KnownSum, since: tuple[str, ...]) -> KnownSum:
    place = tuple(sorted((*known.place, (_SINCE, tuple(sorted(since))))))
    return replace(known, place=place)


def _turnover(old: Release, then: PublicTable, new: Release, now: PublicTable) -> list[KnownSum]:
    """What is known of how many came and went."""
    if old.units is not None and new.units is not None:
        # Not every project need be in every table, such as one that did not answer.
        most = {_CAME: new.units - old.units, _WENT: old.units - new.units,
                _STAYED: new.units & old.units}  # fmt: skip
        return [KnownSum(((_SINCE, (since,)),), 0.0, len(units)) for since, units in most.items()]
    more = _total(now) >= _total(then)
    return [KnownSum(((_SINCE, (_WENT if more else _CAME,)),), 0.0, 0.0)]


def _total(table: PublicTable) -> float:
    return max((cell.value for cell in table.cells if cell.value is not None), default=0.0)


def _subtracted(place: str, cell: PublicCell, moved: str) -> Problem:
    labels = " × ".join("all" if label == "*" else label for label in cell.labels)
    verb = "came in" if moved == _CAME else "went out"
    what = f"tells of few projects that {verb} between the two, by subtraction"
    remedy = "Withhold the cell, or publish when more projects have changed."
    return Problem(f"{place}, cell {labels}", what, "", remedy, "disclosure.differencing")


def _json(file: Path) -> Any:
    if file.stat().st_size > LARGEST_FILE:
        raise ValueError("too large")
    return json.loads(file.read_text(encoding="utf-8"))


CLAIMING = "savings.claimed.share"


def check_indicators(
    indicators: Iterable[Indicator], parameters: Parameters, disclosure: Disclosure
) -> list[Problem]:
    """Sensitive indicators that show a number of too few projects, or let one be worked out.

    Arguments:
        indicators: all of a run.
        parameters: of the run; its `minimum_cell` may ask for more than the study's minimum.
        disclosure: what the study declares.

    Returns:
        A problem an indicator: a small count or complement that is shown, a small group, a
        number withheld in one estimand and shown in another, a withheld answer that the others
        give away, and a run whose minimum is below the study's.
    """
    records = sorted(indicators, key=lambda one: one.identity)
    asked = int(getattr(parameters, "minimum_cell", disclosure.minimum_projects))
    policy = Policy.declared(disclosure, asked)
    problems = []
    if asked < disclosure.minimum_projects:
        allowed = f"{disclosure.minimum_projects} or more, the study's minimum_projects"
        where, remedy = (
            "parameter minimum_cell",
            "A run may withhold more than the study asks, not less.",
        )
        problems.append(Problem(where, f"is {asked}", allowed, remedy, "disclosure.minimum"))
    sensitive = [one for one in records if policy.regime_of(one.key) != "open"]
    for record in sensitive:
        problems += _small(record, policy)
    problems += _check_few_claims(sensitive, policy)
    problems += _check_estimands(sensitive)
    problems += _check_periods(sensitive, policy)
    for table in published_tables(records, policy):
        problems += audit_published(table, policy.rules)
        problems += _check_crossings(table, policy) if table.name.startswith(GAP) else []
    return sorted(set(problems))


def audit_published(table: PublicTable, rules: Rules) -> list[Problem]:
    """Withheld counts of a published table that its reader can place too closely.

    Without the data: from the sums alone every withheld count must be able to reach the minimum,
    or all there is; and it must stay open between values for a reader who knows besides that
    a count withheld beside shown ones is not zero. `indicators.disclosure.suppression` promises it.
    """
    try:
        naive, keen = build_attack([replace(table, empty_shown=False)]), build_attack([table])
        total = naive.bounds(())[1]
        problems = []
        for cell in table.cells:
            if cell.value is not None or total <= 1:
                continue
            (low, high), (least, most) = naive.bounds(cell.place), keen.bounds(cell.place)
            reach = min(rules.minimum, total)
            if high < reach or least == most:
                low, high = (least, most) if least == most else (low, high)
                problems.append(recoverable_problem(cell_name(table.name, cell.labels), low, high))
    except ContradictionError:
        what = "its shown answers and sums do not fit each other"
        remedy = "This is a fault of the indicators: tell the programmer."
        return [Problem(f"table {table.name}", what, "", remedy, "disclosure.contradiction")]
    return problems


def _small(record: Indicator, policy: Policy) -> list[Problem]:
    if record.suppressed:
        if record.why is None or record.why == "not_asked" or record.why == "too_few":
            return [_problem(record, "is withheld, and no reason is given", "reason")]
        # A reason in other words than those of its kind could tell the number that is withheld.
        said = str(Withheld(record.why, policy.minimum))
        return [_problem(record, "is withheld, but its note tells more than why", "note")] * (
            record.note != said
        )
    why = why_withheld(record, policy, EXAMINED)
    if why is None:
        return []
    if why.kind == "unexamined":
        return [_problem(record, "is sensitive, and what it is made of was not examined", "sum")]
    if why.kind == "few":
        return [_problem(record, "speaks of too few projects", "small-group")]
    if 0 < (record.contributors or 0) < policy.minimum:
        return [_problem(record, "shows a count of too few projects", "small-cell")]
    return [_problem(record, "shows by subtraction a count of too few projects", "small-cell")]


def _check_crossings(table: PublicTable, policy: Policy) -> list[Problem]:
    """Groups of too few projects that follow from two shares beside each other."""
    return [
        recoverable_problem(cell_name(table.name, cell.labels), cell.value, cell.value)
        for cell in table.cells
        if cell.value is not None and few(int(cell.value), policy.minimum)
    ]


def _check_few_claims(records: Sequence[Indicator], policy: Policy) -> list[Problem]:
    """Claims of savings are counted claim by claim; too few projects may stand behind them."""
    claiming = next((one for one in records if one.key == CLAIMING), None)
    enough = claiming and not claiming.suppressed and not few(claiming.x or 0, policy.minimum)
    if claiming is None or enough:
        return []
    return [
        _problem(one, "speaks of too few projects", "small-group")
        for one in records
        if one.key.startswith("savings.")
        and not one.suppressed
        and one.key != CLAIMING
        and one.contributors
    ]


def _check_estimands(records: Sequence[Indicator]) -> list[Problem]:
    """Withheld under one estimand, shown under another: the count is the same."""
    withheld = {(one.key, one.dimensions) for one in records if one.suppressed}
    return [
        _problem(one, "is withheld under another estimand, but shown here", "estimand")
        for one in records
        if not one.suppressed
        and (one.key, one.dimensions) in withheld
        and one.contributors is not None
    ]


def _check_periods(records: Sequence[Indicator], policy: Policy) -> list[Problem]:
    """Sums by period must leave no small rest."""
    problems = []
    for key in sorted({one.key for one in records if one.unit == "money"}):
        own = [one for one in records if one.key == key]
        whole = next(
            (n for one in own if not one.dimensions and (n := one.contributors) is not None), None
        )
        shown = [one for one in own if one.dimensions and one.contributors is not None]
        if whole is None or not shown:
            continue
        rest = whole - sum(one.contributors or 0 for one in shown)
        if 0 < rest < policy.minimum:
            problems.append(
                _problem(shown[0], "leaves a rest of too few projects by subtraction", "small-cell")
            )
    return problems


def _problem(record: Indicator, what: str, code: str) -> Problem:
    by = "".join(f", {name} {value}" for name, value in record.dimensions)
    remedy = "Withhold it, or choose a wider scope."
    return Problem(f"indicator {record.key}{by}", what, "", remedy, f"disclosure.{code}")
