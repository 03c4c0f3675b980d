"""Values that may be right and are improbable: to be looked at, and no reason to refuse the data.

Amounts and inhabitants are told that lie far outside the others and apart from them. Far outside
is a modified z-score above 3.5 of the logarithms (Iglewicz and Hoaglin 1993, How to Detect and
Handle Outliers, ASQC), which neither the value itself nor a skewed distribution moves. Capitals
and the largest projects may lie there too, but hardly alone: so a value is told only where it, or
all beyond it, is at least three times what comes next. A digit too many makes it ten times.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from evaltools.documents.language import detect
from evaltools.evidence.cell_values import CellProblem, NumberedTables
from evaltools.evidence.register_checks import declared_parameters
from evaltools.evidence.tables import as_floats
from evaltools.files import resolve_inside
from evaltools.problems import list_values, plain_number

CODE = "data.improbable"
_FAR = 3.5
_APART = 3.0
_FEWEST = 8
"""Values of which it can be said what lies outside them."""
_AMOUNTS = (
    "projects.grant", "projects.total_cost", "participations.share_amount", "saving_claims.amount",
    "organisations.population", "areas.population",
)  # fmt: skip
_LOOK = "Look whether it is right; nothing is refused."


def find_unusual_values(frames: NumberedTables, folder: Path) -> Iterator[CellProblem]:
    """What is improbable in tables that are valid, their rows numbered.

    Arguments:
        folder: the data folder, from which `text_file` leads to the texts.
    """
    for place in _AMOUNTS:
        yield from _far_outside(frames, place)
    yield from _above_all_money(frames)
    yield from _jumps(frames)
    yield from _out_of_time(frames)
    yield from _other_languages(frames, folder)


def stands_apart(values: pd.Series) -> pd.Series:
    """Whether each of some amounts is far above the others and apart from them.

    Those that are missing or not above zero are not, nor is any of fewer than eight.
    """
    known = pd.Series(as_floats(values), index=values.index)
    logs = known[known > 0].map(math.log).sort_values()
    found = pd.Series(False, index=values.index)
    if len(logs) < _FEWEST:
        return found
    away = logs - logs.median()
    # Where more than half are the same, the mean deviation stands for the median one (ibid.).
    spread = float(away.abs().median()) / 0.6745 or float(away.abs().mean()) * 1.253314
    far = away > _FAR * spread
    gap = logs.diff() >= math.log(_APART)
    found[logs.index[(far & gap).cummax()]] = True
    return found


def _far_outside(frames: NumberedTables, place: str) -> Iterator[CellProblem]:
    table, column = place.split(".")
    if table not in frames or column not in frames[table]:
        return
    frame = frames[table]
    # Of areas each year is a whole.
    parts = frame.groupby("year", dropna=False) if table == "areas" else [(None, frame)]
    for _, rows in parts:
        values = rows[column]
        apart = stands_apart(values)
        if not apart.any():
            continue
        largest = plain_number(values[~apart].max())
        shown = [plain_number(value) for value in values[apart]]
        yield from frames.tell(
            rows[apart].assign(found=shown, largest=largest), place, CODE,
            "{found:s} is far above the others, of which the largest is {largest:s}", "", _LOOK,
        )  # fmt: skip


def _above_all_money(frames: NumberedTables) -> Iterator[CellProblem]:
    """A saving that is more than all projects cost, or than was appropriated, whichever is more."""
    if "saving_claims" not in frames:
        return
    sums = [
        float(frames[table][column].sum())
        for table, column in (
            ("projects", "total_cost"), ("projects", "grant"), ("appropriations", "amount"),
        )
        if table in frames and column in frames[table]
    ]  # fmt: skip
    claims, most = frames["saving_claims"], max(sums, default=0.0)
    above = claims[(claims["amount"] > most).fillna(False)] if most else claims[:0]
    shown = [plain_number(value) for value in above["amount"]]
    yield from frames.tell(
        above.assign(found=shown, most=plain_number(most)), "saving_claims.amount", CODE,
        "a saving of {found:s} is more than all money of the programme, {most:s}", "", _LOOK,
    )  # fmt: skip


def _jumps(frames: NumberedTables) -> Iterator[CellProblem]:
    """Inhabitants of an area that are three times those of its usual year, without a merger."""
    if "areas" not in frames or not {"year", "population"} <= set(frames["areas"].columns):
        return
    areas = frames["areas"].dropna(subset=["year", "code", "population"])
    areas = areas[areas["population"] > 0]
    if "area_changes" in frames:
        areas = areas[~areas["code"].isin(frames["area_changes"]["successor_code"])]
    people = pd.Series(as_floats(areas["population"]), index=areas.index)
    usual = people.groupby(areas["code"]).transform("median")
    years = people.groupby(areas["code"]).transform("size")
    ratio = np.maximum(people / usual, usual / people)
    jumps = areas[(years > 2) & (ratio >= _APART)]
    yield from frames.tell(
        jumps.assign(found=jumps["population"].map(plain_number),
                     usual=usual[jumps.index].map(plain_number)),
        "areas.population", CODE,
        "{code} has {found:s} inhabitants in {year}; its median over the years is {usual:s}",
        "", _LOOK,
    )  # fmt: skip


def _out_of_time(frames: NumberedTables) -> Iterator[CellProblem]:
    """A final report that its wave does not examine: of another call, or come after its cut-off."""
    due, parameters = frames.vocabulary.reports_due, declared_parameters(frames)
    if not {"documents", "projects", "calls"} <= set(frames):
        return
    finals = frames["documents"][frames["documents"]["kind"] == "final"]
    rows = finals.dropna(subset=["wave"]).merge(
        frames["projects"][["project_id", "call_id"]], on="project_id"
    )
    rows = rows.merge(frames["calls"][["call_id", "year"]], on="call_id").dropna(subset=["year"])
    calls = due.calls or {} if due else {}
    strange = [
        str(wave) in calls and str(year) not in calls[str(wave)]
        for wave, year in zip(rows["wave"], rows["year"], strict=True)
    ]
    own = [
        list_values(wave for wave, years in calls.items() if str(year) in years) or "no wave"
        for year in rows["year"]
    ]
    yield from frames.tell(
        rows.assign(waves=own)[strange], "documents.wave", CODE,
        "project {project_id} is of the call {call_id}, whose reports are due in {waves:s}, "
        "not in wave {wave}", "", "Look whether the wave is right; nothing is refused.",
    )  # fmt: skip
    cutoff = parameters.get("cutoff")
    derived = cutoff.derived if cutoff else None
    days = derived.values if derived and derived.by == "wave" else {}
    ends = finals["wave"].astype("string").map({str(wave): day for wave, day in days.items()})
    ends = pd.to_datetime(ends)
    late = finals.assign(end=ends)[(finals["received"] > ends).fillna(False)]
    yield from frames.tell(
        late, "documents.received", CODE,
        "received on {received:%Y-%m-%d}, after the cut-off of wave {wave}, {end:%Y-%m-%d}: "
        "by default it is not read", "", "Look whether day and wave are right.",
    )  # fmt: skip


def _other_languages(frames: NumberedTables, folder: Path) -> Iterator[CellProblem]:
    """A text that is surely in another language than its row says."""
    if "documents" not in frames:
        return
    documents = frames["documents"].dropna(subset=["language", "text_file"])
    found = [_language_of(folder, str(path)) for path in documents["text_file"]]
    documents = documents.assign(found=found)
    other = documents[(documents["found"] != "") & (documents["found"] != documents["language"])]
    yield from frames.tell(
        other, "documents.language", CODE,
        "{language} is said of a text that reads as {found}",
        "", "Look at the text, and correct the language.",
    )  # fmt: skip


def _language_of(folder: Path, path: str) -> str:
    file = resolve_inside(folder, path)
    if file is None or not file.is_file():
        return ""
    return detect(file.read_text("utf-8", errors="replace"))
