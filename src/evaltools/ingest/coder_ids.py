"""Who is who: the persons a tool names, and the pseudonyms that the study has for them.

Names are personal data and never enter the study unless somebody maps them to themselves. Who is
new gets the next free pseudonym, in order of names; a key of names and pseudonyms is kept beside
the imported file, which has the names anyway, so that the next import knows them again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaltools.evidence.messages import list_values, quote_value
from evaltools.files import replace_file
from evaltools.ingest.mapping_tables import read_pairs
from evaltools.problems import Problem, refuse
from evaltools.qda import csv_cells
from evaltools.qda.model import Coder

_ID = re.compile(r"coder-([0-9]{1,6})")


@dataclass(frozen=True)
class IdentifiedCoders:
    """Who the coders of a file are.

    Arguments:
        coders: coder of the study by the identifier in the file; the consensus of a file is that
            of the study.
        new: those that the study does not have yet.
        key: (name, identifier, pseudonym) of those who got a pseudonym here, now or earlier.
        by_pseudonym: identifiers in the file that were known by a made pseudonym only.
    """

    coders: Mapping[str, Coder]
    new: tuple[Coder, ...]
    key: tuple[tuple[str, str, str], ...]
    by_pseudonym: frozenset[str] = frozenset()


def key_path(path: Path) -> Path:
    """Where the key of a file lies."""
    return path.with_name(path.name + ".coders.csv")


def read_key(path: Path) -> dict[str, str]:
    """Identifiers by name, of the key of a file; empty where it has none."""
    place = key_path(path)
    return read_pairs(place) if place.is_file() else {}


def write_key(path: Path, key: Sequence[tuple[str, str, str]]) -> bool:
    """Put the key of a file beside it; returns False where that folder cannot be written to."""
    place = key_path(path)
    content = csv_cells.write_cells(("name", "coder_id", "pseudonym"), sorted(key)).encode()
    if place.is_file() and place.read_bytes() == content:
        return True
    try:
        replace_file(place, content)
    except OSError:
        return False
    return True


def identify_coders(
    file_coders: Sequence[Coder],
    study: Sequence[Coder],
    mapping: Mapping[str, str],
    key: Mapping[str, str],
    word: str = "Coder",
) -> IdentifiedCoders:
    """Tell who the coders of a file are.

    Arguments:
        file_coders: of the file.
        study: of the study.
        mapping: identifier or pseudonym in the study by name, as the user says; a pseudonym that
            the study does not have makes a new coder.
        key: identifier by name, from an earlier import of the file.
        word: before the number in a pseudonym that is made.

    Raises ProblemError for a name in the mapping that the file does not have, or one that is mapped
    to the consensus.
    """
    by_id = {coder.coder_id: coder for coder in study}
    by_pseudonym = {coder.pseudonym: coder for coder in study}
    names = {name for coder in file_coders for name in (coder.coder_id, coder.pseudonym)}
    refuse(_wrong(mapping, names, by_id, by_pseudonym))
    is_made = re.compile(rf"{re.escape(word)} [0-9]+")
    coders: dict[str, Coder] = {}
    new: dict[str, Coder] = {}
    key_rows: list[tuple[str, str, str]] = []
    loose: set[str] = set()
    people = (coder for coder in file_coders if coder.role != "consensus")
    for coder in file_coders:
        if coder.role == "consensus":
            coders[coder.coder_id] = agreed = _consensus(coder, study)
            if agreed.coder_id not in by_id:
                new[agreed.coder_id] = agreed
    for coder in sorted(people, key=lambda one: (one.pseudonym.casefold(), one.coder_id)):
        own = (coder.coder_id, coder.pseudonym)
        target = next((mapping[name] for name in own if name in mapping), "")
        earlier_id = next((key[name] for name in own if name in key), "")
        if target:
            known = by_id.get(target) or by_pseudonym.get(target)
            known = known or _new_coder([*study, *new.values()], word, target)
        elif earlier_id:
            known = (
                by_id.get(earlier_id)
                or new.get(earlier_id)
                or _new_coder([*study, *new.values()], word, "", earlier_id)
            )
            if earlier_id in by_id and is_made.fullmatch(known.pseudonym):
                loose.add(coder.coder_id)
        elif coder.pseudonym in by_pseudonym:
            known = by_pseudonym[coder.pseudonym]
            if is_made.fullmatch(coder.pseudonym):
                loose.add(coder.coder_id)
        elif coder.coder_id in by_id and coder.pseudonym == coder.coder_id:
            known = by_id[coder.coder_id]
        else:
            known = _new_coder([*study, *new.values()], word)
        if known.coder_id not in by_id:
            new.setdefault(known.coder_id, known)
            by_pseudonym.setdefault(known.pseudonym, known)
        if earlier_id or (known.coder_id in new and not target):
            key_rows.append((coder.pseudonym, known.coder_id, known.pseudonym))
        coders[coder.coder_id] = known
    return IdentifiedCoders(coders, tuple(new.values()), tuple(key_rows), frozenset(loose))


def _consensus(coder: Coder, study: Sequence[Coder]) -> Coder:
    """What coders agreed on is one voice in a study, whatever a file calls it."""
    own = [one for one in study if one.role == "consensus"]
    return next((one for one in own if one.coder_id == coder.coder_id), own[0] if own else coder)


def _new_coder(
    taken: Sequence[Coder], word: str, pseudonym: str = "", identifier: str = ""
) -> Coder:
    """A coder with the next free identifier and pseudonym, where they are not given."""
    ids = {coder.coder_id for coder in taken}
    names = {coder.pseudonym for coder in taken}
    if not identifier or identifier in ids:
        numbers = [int(match.group(1)) for one in ids if (match := _ID.fullmatch(one))]
        identifier = f"coder-{max(numbers, default=0) + 1}"
    if not pseudonym:
        number = 1
        while f"{word} {number}" in names:
            number += 1
        pseudonym = f"{word} {number}"
    return Coder(identifier, pseudonym)


def _wrong(
    mapping: Mapping[str, str],
    names: set[str],
    by_id: Mapping[str, Coder],
    by_pseudonym: Mapping[str, Coder],
) -> list[Problem]:
    problems = []
    for name, target in mapping.items():
        if name not in names:
            what = f"the file has no coder {quote_value(name)}"
            allowed = list_values(sorted(map(quote_value, names)))
            problems.append(Problem("--coders", what, allowed, code="import.coders"))
        known = by_id.get(target) or by_pseudonym.get(target)
        if known is not None and known.role == "consensus":
            what = f"{quote_value(target)} is what coders agreed on, not one of them"
            problems.append(Problem("--coders", what, "a coder", code="import.coders"))
    return problems
