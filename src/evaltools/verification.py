"""Verification: is what somebody holds what was made, and does it come out the same again?

Hashes need nothing but the folder. To rebuild needs the study: its inputs are copied to a folder
of their own, everything is made anew there, and the bytes are compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evaltools.provenance.checking import Fault, check_folder
from evaltools.provenance.folders import Kind
from evaltools.rebuilding import Rebuild, Say
from evaltools.rebuilding import rebuild as make_anew

if TYPE_CHECKING:
    from evaltools.study import Study


@dataclass(frozen=True)
class Verification:
    """What is known of a run, report or bundle.

    Arguments:
        kind: what it is.
        name: its folder's name.
        checked: how many files were hashed.
        faults: files that are not as its own list says.
        rebuilt: what came of making it anew; None where that was not asked for.
    """

    kind: Kind
    name: str
    checked: int
    faults: tuple[Fault, ...]
    rebuilt: Rebuild | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing was found against it."""
        return not self.faults and (self.rebuilt is None or self.rebuilt.same)

    def lines(self) -> list[str]:
        """What was found, for the terminal."""
        told = [f"{self.kind} {self.name}: {self.checked} files hashed"]
        told += [f"  {fault}" for fault in self.faults]
        if not self.faults:
            told.append("  all are as they were made, and nothing else is there")
        if self.rebuilt is not None:
            told += _rebuilt_lines(self.rebuilt)
        return told


def verify(
    path: Path, rebuild: bool = False, study: Study | None = None, say: Say | None = None
) -> Verification:
    """Check every hash of a run, report or bundle, and if asked make it anew and compare.

    Arguments:
        path: its folder.
        rebuild: make it anew in a folder of its own; takes as long as a build does.
        study: whose inputs to rebuild from; by default the one around the folder, or else
            around the current folder.
        say: told what is being done.

    Raises:
        ProblemError: the folder is no run, report or bundle, or there is no study to rebuild
            from.
    """
    folder = path.resolve()
    checked = check_folder(folder)
    rebuilt = None
    if rebuild:
        rebuilt = make_anew(folder, study or study_of(folder), say or (lambda _: None))
    return Verification(
        checked.kind, path.name or folder.name, checked.checked, checked.faults, rebuilt
    )


def study_of(folder: Path) -> Study:
    """The study that a run or report was made in, or else that of the current folder.

    Raises:
        ProblemError: there is neither.
    """
    from evaltools.study import find_study, load_study

    for parent in folder.parents:
        if (parent / "evaluation.yml").is_file():
            return load_study(parent)
    return find_study()


def _rebuilt_lines(rebuilt: Rebuild) -> list[str]:
    if rebuilt.problems:
        told = ["  it could not be made anew:"]
        told += [f"    {problem}" for problem in rebuilt.problems]
    elif rebuilt.same:
        told = [f"  made anew, all {rebuilt.compared} files come out byte for byte the same"]
    else:
        count = len(rebuilt.differing)
        told = [f"  made anew, {count} of {rebuilt.compared} files differ; the first is "
                f"{rebuilt.first}"]  # fmt: skip
    return told + [f"    {cause}" for cause in rebuilt.causes]
