"""Who the coders of a file are, and which codes of the study's codebook its codes are.

Names are personal data and never enter the study unless somebody maps them to themselves. Who is
new gets the next free pseudonym, in order of names; a key of names and pseudonyms is kept beside
the imported file, which has the names anyway, so that the next import knows them again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evaltools.evidence.descriptor import Field
from evaltools.files import replace_file
from evaltools.problems import (
    Problem,
    ProblemError,
    list_values,
    nearest_value,
    quote_value,
    refuse,
)
from evaltools.qda.model import Code, Coder, path_to_root
from evaltools.qda.names import lexicon
from evaltools.qda.spreadsheets import read_grid, unescape_formula, write_cells


def read_pairs(path: Path) -> dict[str, str]:
    """What each name is mapped to, by a table that an evaluator writes.

    Arguments:
        path: CSV, XLSX or ODS with a header; the first column has the names of the file to be
            imported, the second the study's; further columns are for people.

    Raises ProblemError with every row that is wrong.
    """
    grid = read_grid(path, None, lexicon()["mappings"])
    problems = []
    if len(grid.header) < 2:
        what = "it has one column"
        remedy = "Put the tool's name in the first column and the study's in the second."
        problems.append(Problem(path.name, what, "two columns", remedy, "import.pairs"))
    pairs: dict[str, str] = {}
    for number, row in zip(grid.numbers, grid.rows, strict=True):
        if len(row) < 2:
            continue
        name, target = (unescape_formula(cell.strip()) for cell in row[:2])
        where = f"{path.name}, row {number}"
        if not name or not target:
            problems.append(Problem(where, "a cell is empty", code="import.pairs"))
        elif pairs.setdefault(name, target) != target:
            what = f"{quote_value(name)} is mapped to two things"
            problems.append(Problem(where, what, code="import.pairs"))
    refuse(problems)
    return pairs


_ID = re.compile(r"coder-([0-9]{1,6})")


@dataclass(frozen=True)
class IdentifiedCoders:
    """Coders of the study by their identifier in the file, and those that are new.

    `key` has (name, identifier, pseudonym) of those who got a pseudonym, now or earlier;
    `by_pseudonym` those identifiers in the file that were known by a made pseudonym only.
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


def write_key(path: Path, key: Sequence[tuple[str, str, str]]) -> bool | None:
    """Put the key of a file beside it, unless it is empty (None).

    Returns False where that folder cannot be written to.
    """
    if not key:
        return None
    place = key_path(path)
    content = write_cells(("name", "coder_id", "pseudonym"), sorted(key)).encode()
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
    word: str,
) -> IdentifiedCoders:
    """Tell who the coders of a file are; its consensus is that of the study.

    Arguments:
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
    refuse(_wrong_coders(mapping, names, by_pseudonym | by_id))
    is_made = re.compile(rf"{re.escape(word)} [0-9]+")
    coders: dict[str, Coder] = {}
    new: dict[str, Coder] = {}
    key_rows: list[tuple[str, str, str]] = []
    loose: set[str] = set()

    def make(pseudonym: str = "", identifier: str = "") -> Coder:
        return _new_coder([*study, *new.values()], word, pseudonym, identifier)

    for coder in file_coders:
        if coder.role == "consensus":
            # What coders agreed on is one voice in a study, whatever a file calls it.
            agreed = [one for one in study if one.role == "consensus"] or [coder]
            voice = next((one for one in agreed if one.coder_id == coder.coder_id), agreed[0])
            coders[coder.coder_id] = voice
            if voice.coder_id not in by_id:
                new[voice.coder_id] = voice
    people = (coder for coder in file_coders if coder.role != "consensus")
    for coder in sorted(people, key=lambda one: (one.pseudonym.casefold(), one.coder_id)):
        own = (coder.coder_id, coder.pseudonym)
        target = next((mapping[name] for name in own if name in mapping), "")
        earlier_id = next((key[name] for name in own if name in key), "")
        if target:
            known = by_id.get(target) or by_pseudonym.get(target) or make(target)
        elif earlier_id:
            known = by_id.get(earlier_id) or new.get(earlier_id) or make("", earlier_id)
            if earlier_id in by_id and is_made.fullmatch(known.pseudonym):
                loose.add(coder.coder_id)
        elif coder.pseudonym in by_pseudonym:
            known = by_pseudonym[coder.pseudonym]
            if is_made.fullmatch(coder.pseudonym):
                loose.add(coder.coder_id)
        elif coder.coder_id in by_id and coder.pseudonym == coder.coder_id:
            known = by_id[coder.coder_id]
        else:
            known = make()
        if known.coder_id not in by_id:
            new.setdefault(known.coder_id, known)
            by_pseudonym.setdefault(known.pseudonym, known)
        if earlier_id or (known.coder_id in new and not target):
            key_rows.append((coder.pseudonym, known.coder_id, known.pseudonym))
        coders[coder.coder_id] = known
    return IdentifiedCoders(coders, tuple(new.values()), tuple(key_rows), frozenset(loose))


def _new_coder(taken: Sequence[Coder], word: str, pseudonym: str, identifier: str) -> Coder:
    """A coder with the next free identifier and pseudonym, where they are not given."""
    ids = {coder.coder_id for coder in taken}
    names = {coder.pseudonym for coder in taken}
    if not identifier or identifier in ids:
        numbers = [int(match.group(1)) for one in ids if (match := _ID.fullmatch(one))]
        identifier = f"coder-{max(numbers, default=0) + 1}"
    number = 1
    while f"{word} {number}" in names:
        number += 1
    return Coder(identifier, pseudonym or f"{word} {number}")


def _wrong_coders(
    mapping: Mapping[str, str], names: set[str], known: Mapping[str, Coder]
) -> list[Problem]:
    problems = []
    for name, target in mapping.items():
        if name not in names:
            what = f"the file has no coder {quote_value(name)}"
            allowed = list_values(sorted(map(quote_value, names)))
            problems.append(Problem("--coders", what, allowed, code="import.coders"))
        if target in known and known[target].role == "consensus":
            what = f"{quote_value(target)} is what coders agreed on, not one of them"
            problems.append(Problem("--coders", what, "a coder", code="import.coders"))
    return problems


_LONGEST = 1_000  # characters of a name, which has to be copied whole
_MARK = re.compile(r"\s*(?:>|/|\\|::)\s*")


@dataclass(frozen=True)
class KnownCodes:
    """Codes of the study by codes of the file, and those that are to be added, broader ones first.

    `unknown` has (path of the code in the file, the nearest code of the study or an empty string)
    of those that the codebook lacks.
    """

    ids: Mapping[str, str]
    new: tuple[Code, ...]
    problems: tuple[Problem, ...]
    unknown: tuple[tuple[str, str], ...] = ()


class UnknownCodesError(ProblemError):
    """Codes of a file are not those of the study, and nothing was imported.

    Arguments:
        unknown: as in `KnownCodes`.
    """

    def __init__(self, problems: Iterable[Problem], unknown: tuple[tuple[str, str], ...]) -> None:
        super().__init__(problems)
        self.unknown = unknown

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems, self.unknown)


def identify_codes(
    used: Sequence[str],
    file_codes: Sequence[Code],
    study: Sequence[Code],
    mapping: Mapping[str, str],
    where: str,
    additions: tuple[Mapping[str, Field], str] | None = None,
) -> KnownCodes:
    """Tell which codes of the study those are that stand on passages of a file.

    Arguments:
        mapping: code of the study by identifier, name or path of the file's.
        where: what problems call the file.
        additions: the fields of `codes`, and the version of the codebook, for codes that it does
            not have to be put into it; None where they are problems.
    """
    names = _CodeNames(study)
    by_id = {code.code_id: code for code in file_codes}
    ids: dict[str, str] = {}
    new: dict[str, Code] = {}
    problems: list[Problem] = _wrong_codes(mapping, by_id, names)
    unknown: list[tuple[str, str]] = []
    for identifier in sorted(set(used)):
        code = by_id.get(identifier) or Code(identifier, None, identifier)
        keys = (identifier, code.name, _path(code, by_id))
        target = next((mapping[key] for key in keys if key in mapping), "")
        options = [target] if target in names.by_id else names.of(code, keys[2])
        if len(options) == 1:
            problems += _unusable(names.by_id[options[0]], code.name, where)
            ids[identifier] = options[0]
        elif additions and not options:
            entry = _codebook_entry(code, by_id, names, *additions)
            if isinstance(entry, Problem):
                problems.append(replace(entry, where=where))
            else:
                new[entry.code_id] = entry
                ids[identifier] = entry.code_id
        elif not target:
            near = "" if options else names.nearest(identifier, code.name)
            unknown.append((keys[2], near))
            problems.append(_unknown(keys[2], options, near, where))
    return KnownCodes(ids, tuple(new.values()), tuple(problems), tuple(unknown))


class _CodeNames:
    """What the codes of the study are called."""

    def __init__(self, study: Sequence[Code]) -> None:
        self.by_id = {code.code_id: code for code in study}
        self.labels: dict[str, set[str]] = {}
        self.paths: dict[str, set[str]] = {}
        for code in study:
            for language in ("label_fi", "label_sv", "label_en"):
                label = _plain(getattr(code, language))
                if label:
                    self.labels.setdefault(label, set()).add(code.code_id)
                names = [getattr(one, language) for one in _line(code, self.by_id)]
                self.paths.setdefault(_plain(" > ".join(names)), set()).add(code.code_id)

    def of(self, code: Code, path: str) -> list[str]:
        """Codes of the study that a code may be: by identifier, path, or a label of its own."""
        for name in (code.code_id, code.name.strip()):
            if name in self.by_id:
                return [name]
        by_path = self.paths.get(_plain(path), set())
        if len(by_path) == 1:
            return sorted(by_path)
        labels = (code.name, code.label_fi, code.label_sv, code.label_en)
        names = {_plain(label) for label in labels} - {""}
        candidates = {one for name in names for one in self.labels.get(name, ())}
        usable = {
            one for one in candidates if self.by_id[one].codable and not self.by_id[one].retired
        }
        return sorted(usable or candidates)

    def nearest(self, identifier: str, name: str) -> str:
        """The code of the study that is called most like it; empty where none is near."""
        candidates = {label: code for label, codes in self.labels.items() for code in codes}
        near = nearest_value(identifier, self.by_id)
        return near or candidates.get(nearest_value(name, candidates) or "", "")


def _plain(name: str) -> str:
    return " ".join(_MARK.sub(" > ", name).casefold().split())


def _line(code: Code, by_id: Mapping[str, Code]) -> tuple[Code, ...]:
    """The code below all that are above it, broadest first."""
    return path_to_root(code, lambda one: by_id.get(one.parent_id or ""))


def _path(code: Code, by_id: Mapping[str, Code]) -> str:
    return " > ".join(one.name for one in _line(code, by_id))


def _unusable(code: Code, name: str, where: str) -> list[Problem]:
    what, allowed = f"{quote_value(name, _LONGEST)} is {code.code_id}, which", ""
    if not code.codable:
        what += " only groups other codes"
        allowed, remedy = "a codable code", "Map it to a narrower code by --codes."
    elif code.retired:
        what += f" is not used since version {code.retired}"
        remedy = "Map it to what took its place by --codes."
    else:
        return []
    return [Problem(where, what, allowed, remedy, "import.code")]


def _unknown(path: str, options: Sequence[str], near: str, where: str) -> Problem:
    shown = quote_value(path, _LONGEST)
    if options:
        what = f"the code {shown} may be any of several"
        return Problem(where, what, list_values(options), "Map it by --codes.", "import.code")
    remedy = f"Did you mean {near}? " if near else ""
    remedy += "Map it by --codes, or put it into the codebook by --add-codes."
    return Problem(where, f"the codebook has no code {shown}", "", remedy, "import.code")


def _codebook_entry(
    code: Code,
    by_id: Mapping[str, Code],
    names: _CodeNames,
    fields: Mapping[str, Field],
    version: str,
) -> Code | Problem:
    """The code as the codebook can take it."""
    line = _line(code, by_id)
    kinds = fields["kind"].enum if "kind" in fields else ()
    above = next((names.of(one, _path(one, by_id)) for one in line[-2::-1]), [])
    kind = code.kind or code.code_id.split(".")[0]
    if kind not in kinds and len(above) == 1:
        kind = names.by_id[above[0]].kind
    if kinds and kind not in kinds:
        path = quote_value(_path(code, by_id), _LONGEST)
        what = f"it is not told of which kind the new code {path} is"
        remedy = "Name it kind.name, put it under a code of the codebook, or map it by --codes."
        return Problem("", what, list_values(kinds), remedy, "import.code")
    name = code.code_id.split(".")[-1]
    identifier = code.code_id if code.code_id.split(".")[0] == kind else f"{kind}.{name}"
    pattern = fields["code_id"].pattern if "code_id" in fields else None
    if (pattern and not re.fullmatch(pattern, identifier)) or identifier in names.by_id:
        what = f"no identifier can be made for the new code {quote_value(code.name, _LONGEST)}"
        return Problem("", what, "", "Map it by --codes.", "import.code")
    return replace(
        code,
        code_id=identifier,
        parent_id=above[0] if len(above) == 1 else None,
        kind=kind,
        label_fi=code.label_fi or code.name,
        label_sv=code.label_sv or code.name,
        label_en=code.label_en or code.name,
        definition=code.definition or code.name,
        codebook_version=code.codebook_version or version,
        codable=True,
    )


def _wrong_codes(
    mapping: Mapping[str, str], file_codes: Mapping[str, Code], names: _CodeNames
) -> list[Problem]:
    keys = {
        key
        for code in file_codes.values()
        for key in (code.code_id, code.name, _path(code, file_codes))
    }
    problems = []
    for name, target in mapping.items():
        if name not in keys:
            near = nearest_value(name, keys)
            remedy = f"Did you mean {quote_value(near, _LONGEST)}?" if near else ""
            what = f"the file has no code {quote_value(name, _LONGEST)}"
            problems.append(Problem("--codes", what, "", remedy, "import.code"))
        if target not in names.by_id:
            near = nearest_value(target, names.by_id)
            remedy = f"Did you mean {near}?" if near else ""
            what = f"the codebook has no code {quote_value(target)}"
            problems.append(Problem("--codes", what, "", remedy, "import.code"))
    return problems
