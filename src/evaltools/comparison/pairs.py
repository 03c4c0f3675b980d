"""Pairs: how shares of the same reports moved, report by report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evaltools.comparison.computing import Computer, known
from evaltools.comparison.moves import Identity
from evaltools.comparison.sources import data_folder, first_data
from evaltools.indicators.disclosure.codes import withheld_codes
from evaltools.problems import ProblemError
from evaltools.provenance.recorded import Recorded

if TYPE_CHECKING:
    from evaltools.evidence import Evidence
    from evaltools.study import Study

Cells = tuple[int, int, int, int]
"""Reports with the property in both runs, only in the newer, only in the older, in neither."""


def pairs_of(
    study: Study, old: Recorded, new: Recorded, places: Sequence[Path]
) -> dict[Identity, Cells]:
    """Pairs of two runs that read the same reports, as far as the data of both are at hand.

    Arguments:
        study: of the newer run.
        old, new: the two runs.
        places: folders in which the data may be: of a study, of a bundle, or the data itself.

    Returns:
        By identity of a theme's share. Nothing where the runs read different reports, where
        data are not at hand, or where the counts are not those that were recorded, since the
        code that made them then counted otherwise.
    """
    folders = [folder for place in (study.data, *places)
               if (folder := data_folder(place, study.declaration.data)) is not None]  # fmt: skip
    computer = Computer(study)
    found = []
    for run in (old, new):
        data = first_data(run.ingredients, folders)
        if data is None:
            return {}
        evidence = _select(computer, data, run)
        if evidence is None:
            return {}
        found.append(evidence)
    return {
        identity: cells
        for identity, cells in paired_states(found[0], found[1]).items()
        if _agree(identity, cells, old, new)
    }


def paired_states(old: Evidence, new: Evidence) -> dict[Identity, Cells]:
    """For each theme, in how many reports it is there in both, in one, in neither.

    Arguments:
        old, new: evidence of the same reports under other data or another coder rule.

    Returns:
        By identity of the theme's share, of the reports read and of projects of this kind;
        empty where the reports are not the same.
    """
    if set(old.reports["project_id"]) != set(new.reports["project_id"]):
        return {}
    before, after = _affirmed(old), _affirmed(new)
    total = len(old.reports)
    made: dict[Identity, Cells] = {}
    left_out = {*_unasked(old), *_unasked(new), *withheld_codes(old), *withheld_codes(new)}
    for code in sorted((set(before) & set(after)) - left_out):
        both = len(before[code] & after[code])
        only_new, only_old = len(after[code]) - both, len(before[code]) - both
        cells = (both, only_new, only_old, total - both - only_new - only_old)
        made[(f"{code}.share", "D", ())] = cells
        made[(f"{code}.share", "S", ())] = cells
    return made


def _unasked(evidence: Evidence) -> set[str]:
    """Codes that some report was not asked of, so that its cells are not those of all reports."""
    presence = evidence.presence
    return set(map(str, presence.loc[presence["state"].eq("not_asked"), "code_id"]))


def _affirmed(evidence: Evidence) -> Mapping[str, set[str]]:
    """Projects that have a code, by code; every code of the presence is there."""
    presence = evidence.presence
    found: dict[str, set[str]] = {str(code): set() for code in presence["code_id"].unique()}
    has = presence[presence["state"].astype(str).eq("yes")]
    for code, project in zip(has["code_id"], has["project_id"], strict=True):
        found[str(code)].add(str(project))
    return found


def _select(computer: Computer, data: Path, run: Recorded) -> Evidence | None:
    from evaltools.evidence import Evidence

    study = computer.study
    try:
        parameters = study.parameters(known(study, run.ingredients.parameters))
        return Evidence.select(study, computer.tables(data), parameters)
    except ProblemError:
        return None  # a scope or a parameter of then that is none any more


def _agree(identity: Identity, cells: Cells, old: Recorded, new: Recorded) -> bool:
    both, only_new, only_old, _ = cells
    counts = []
    for run in (old, new):
        counts.append(next((item.n for item in run.indicators if item.identity == identity), None))
    return counts == [both + only_old, both + only_new]
