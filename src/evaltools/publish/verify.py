"""Verification: is what somebody holds what was made, and does it come out the same again?

Hashes need nothing but the folder; they show damage, and whoever forges a file can make them fit.
A signature shows forgery to whoever knows the signer's key. To rebuild needs the study: its inputs
are copied to a folder of their own, everything is made anew there, and the bytes are compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evaltools.problems import Problem, ProblemError
from evaltools.provenance.artifacts import ArtifactKind
from evaltools.provenance.integrity import check_folder
from evaltools.provenance.inventory import Fault, printable_name
from evaltools.provenance.signature import SignatureCheck, check_signature
from evaltools.publish.rebuild import Rebuild, Say
from evaltools.publish.rebuild import rebuild as make_anew

if TYPE_CHECKING:
    from datetime import date

    from evaltools.study import Study

_SHOWN = 20


@dataclass(frozen=True)
class Verification:
    """What is known of a run, report or bundle.

    Arguments:
        kind: what it is.
        name: its folder's name.
        checked: how many files were hashed.
        faults: files that are not as its own lists say.
        rebuilt: what came of making it anew; None where that was not asked for.
        signed: what came of its signature; None where there is none and none was asked for.
    """

    kind: ArtifactKind
    name: str
    checked: int
    faults: tuple[Fault, ...]
    rebuilt: Rebuild | None = None
    signed: SignatureCheck | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing was found against it."""
        return (
            not self.faults
            and (self.rebuilt is None or self.rebuilt.same)
            and (self.signed is None or self.signed.holds)
        )

    def lines(self) -> list[str]:
        """What was found, for the terminal."""
        told = [f"{self.kind} {self.name}: {self.checked} files hashed"]
        told += [f"  {fault}" for fault in self.faults]
        if not self.faults:
            told.append("  all are as its lists say, and nothing else is there")
        if self.signed is not None:
            told.append(f"  {self.signed}")
        if self.rebuilt is not None:
            told += _rebuild_lines(self.rebuilt)
        return told


def verify(
    path: Path,
    rebuild: bool = False,
    study: Study | None = None,
    say: Say | None = None,
    signers: Path | None = None,
    on: date | None = None,
) -> Verification:
    """Check every hash of a run, report or bundle, and if asked make it anew and compare.

    Arguments:
        path: its folder.
        rebuild: make it anew in a folder of its own; takes as long as a build does.
        study: whose inputs to rebuild from; by default the one around the folder, or else
            around the current folder.
        say: told what is being done.
        signers: who may sign bundles (see `signature.check_signature`); a bundle must then be
            signed by one of them. By default it need not, but a signature that is there must fit.
        on: the day on which the signer's key must be valid; today by default.

    Raises:
        ProblemError: the folder is no run, report or bundle, there is no study to rebuild
            from, or the signers cannot be read or asked for.
    """
    folder = path.resolve()
    name = path.name or folder.name
    checked = check_folder(folder)
    signed = None
    if checked.kind == "bundle":
        signed = check_signature(folder, signers, on)
        if signers is None and signed.state == "unsigned":
            signed = None
    elif signers is not None:
        what, remedy = f"is a {checked.kind}; only bundles are signed", "Publish it with --sign."
        raise ProblemError([Problem(name, what, "a bundle", remedy, "verify.signers")])
    rebuilt = None
    if rebuild:
        held = checked.inventory.hashes()
        rebuilt = make_anew(
            folder, held, study or load_bundled_study(folder), say or (lambda _: None)
        )
    return Verification(checked.kind, name, checked.checked, checked.faults, rebuilt, signed)


def load_bundled_study(folder: Path) -> Study:
    """The study that a run or report was made in, or else that of the current folder.

    Raises:
        ProblemError: there is neither.
    """
    from evaltools.study import find_study, load_study

    for parent in folder.parents:
        if (parent / "evaluation.yml").is_file():
            return load_study(parent)
    return find_study()


def _rebuild_lines(rebuilt: Rebuild) -> list[str]:
    if rebuilt.problems:
        told = ["  it could not be made anew:"]
        told += [f"    {problem}" for problem in rebuilt.problems]
        return told + [f"    {cause}" for cause in rebuilt.causes]
    if rebuilt.same:
        told = [f"  made anew, all {rebuilt.compared} files come out byte for byte the same"]
        return told + [f"    {cause}" for cause in rebuilt.causes]
    count, differences = len(rebuilt.differences), rebuilt.differences
    told = [f"  made anew, {count} of {rebuilt.compared} files differ; the first is "
            f"{printable_name(differences[0].file)}"]  # fmt: skip
    told += [f"    {item}" for item in differences[:_SHOWN]]
    if count > _SHOWN:
        told.append(f"    and {count - _SHOWN} more")
    if any(cause.kind == "altered" for cause in rebuilt.causes):
        return told + [f"  {cause}" for cause in rebuilt.causes]
    told.append("  made with other versions, as its own record says; whether it was altered as "
                "well cannot be told with these:")  # fmt: skip
    return told + [f"    {cause}" for cause in rebuilt.causes]
