"""Which code of the study's codebook a tool's code is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from evaltools.evidence.descriptor import Field
from evaltools.evidence.messages import list_values, nearest_value, quote_value
from evaltools.problems import Problem, ProblemError
from evaltools.qda.model import Code

_LONGEST = 1_000  # characters of a name, which has to be copied whole
_MARK = re.compile(r"\s*(?:>|/|\\|::)\s*")


@dataclass(frozen=True)
class KnownCodes:
    """Codes of a file as the study has them.

    Arguments:
        ids: code of the study by code of the file.
        new: codes that are to be added to the codebook, broader ones first.
        problems: every code that is not stated, with the nearest right one.
        unknown: (path of the code in the file, the nearest code of the study or an empty string)
            of those that the codebook lacks.
    """

    ids: Mapping[str, str]
    new: tuple[Code, ...]
    problems: tuple[Problem, ...]
    unknown: tuple[tuple[str, str], ...] = ()


class UnknownCodesError(ProblemError):
    """Codes of a file are not those of the study, and nothing was imported.

    Arguments:
        problems: all of them.
        unknown: as in `KnownCodes`.
    """

    def __init__(self, problems: Iterable[Problem], unknown: tuple[tuple[str, str], ...]) -> None:
        super().__init__(problems)
        self.unknown = unknown

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems, self.unknown)


@dataclass(frozen=True)
class CodebookAdditions:
    """How codes are put into the codebook.

    Arguments:
        fields: of `codes`, which tell the kinds of codes and the form of their identifiers.
        version: of the codebook, for codes without one.
    """

    fields: Mapping[str, Field]
    version: str = ""


def identify_codes(
    used: Sequence[str],
    file_codes: Sequence[Code],
    study: Sequence[Code],
    mapping: Mapping[str, str],
    where: str,
    additions: CodebookAdditions | None = None,
) -> KnownCodes:
    """Tell which codes of the study those of a file are.

    Arguments:
        used: identifiers of those that stand on passages.
        file_codes: codes of the file.
        study: codes of the study.
        mapping: code of the study by identifier, name or path of the file's.
        where: what problems call the file.
        additions: how codes are put into the codebook that it does not have; None where they are
            problems.
    """
    names = _CodeNames(study)
    by_id = {code.code_id: code for code in file_codes}
    ids: dict[str, str] = {}
    new: dict[str, Code] = {}
    problems: list[Problem] = _wrong(mapping, file_codes, names)
    unknown: list[tuple[str, str]] = []
    for identifier in sorted(set(used)):
        code = by_id.get(identifier) or Code(identifier, None, identifier)
        path = _path(code, by_id)
        keys = (identifier, code.name, " > ".join(path))
        target = next((mapping[key] for key in keys if key in mapping), "")
        options = [target] if target in names.by_id else names.of(code, path)
        if len(options) == 1:
            problem = _unusable(names.by_id[options[0]], keys, where)
            problems += [problem] if problem else []
            ids[identifier] = options[0]
        elif additions and not options:
            entry = _codebook_entry(code, by_id, names, additions)
            if isinstance(entry, Problem):
                problems.append(replace(entry, where=where))
            else:
                new[entry.code_id] = entry
                ids[identifier] = entry.code_id
        elif not target:
            problems.append(_unknown(keys, options, names, where))
            unknown.append((keys[2], "" if options else _nearest_code(keys, names)))
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

    def of(self, code: Code, path: Sequence[str]) -> list[str]:
        """Codes of the study that a code may be: by identifier, path, or a label of its own."""
        for name in (code.code_id, code.name.strip()):
            if name in self.by_id:
                return [name]
        by_path = self.paths.get(_plain(" > ".join(path)), set())
        if len(by_path) == 1:
            return sorted(by_path)
        names = {_plain(code.name), *(_plain(label) for label in _labels(code))} - {""}
        candidates = {one for name in names for one in self.labels.get(name, ())}
        usable = {
            one for one in candidates if self.by_id[one].codable and not self.by_id[one].retired
        }
        return sorted(usable or candidates)


def _labels(code: Code) -> tuple[str, ...]:
    return (code.label_fi, code.label_sv, code.label_en)


def _plain(name: str) -> str:
    return " ".join(_MARK.sub(" > ", name).casefold().split())


def _line(code: Code, by_id: Mapping[str, Code]) -> list[Code]:
    """The code below all that are above it, broadest first."""
    line = [code]
    while (above := line[-1].parent_id) and above in by_id and by_id[above] not in line:
        line.append(by_id[above])
    return line[::-1]


def _path(code: Code, by_id: Mapping[str, Code]) -> list[str]:
    return [one.name for one in _line(code, by_id)]


def _unusable(code: Code, keys: Sequence[str], where: str) -> Problem | None:
    if not code.codable:
        what = f"{quote_value(keys[1], _LONGEST)} is {code.code_id}, which only groups other codes"
        remedy = "Map it to a narrower code by --codes."
        return Problem(where, what, "a codable code", remedy, "import.code")
    if code.retired:
        what = (
            f"{quote_value(keys[1], _LONGEST)} is {code.code_id}, which is not used since version "
        )
        remedy = "Map it to what took its place by --codes."
        return Problem(where, what + code.retired, "", remedy, "import.code")
    return None


def _unknown(keys: Sequence[str], options: Sequence[str], names: _CodeNames, where: str) -> Problem:
    shown = quote_value(keys[2], _LONGEST)
    if options:
        what = f"the code {shown} may be any of several"
        return Problem(where, what, list_values(options), "Map it by --codes.", "import.code")
    near = _nearest_code(keys, names)
    remedy = f"Did you mean {near}? " if near else ""
    remedy += "Map it by --codes, or put it into the codebook by --add-codes."
    return Problem(where, f"the codebook has no code {shown}", "", remedy, "import.code")


def _nearest_code(keys: Sequence[str], names: _CodeNames) -> str:
    """The code of the study that is called most like it; empty where none is near."""
    candidates = {label: code for label, codes in names.labels.items() for code in codes}
    near = nearest_value(keys[0], names.by_id) or candidates.get(
        nearest_value(keys[1], candidates) or ""
    )
    return near or ""


def _codebook_entry(
    code: Code, by_id: Mapping[str, Code], names: _CodeNames, additions: CodebookAdditions
) -> Code | Problem:
    """The code as the codebook can take it."""
    line, fields = _line(code, by_id), additions.fields
    kinds = fields["kind"].enum if "kind" in fields else ()
    above = next((names.of(one, _path(one, by_id)) for one in line[-2::-1]), [])
    kind = code.kind or code.code_id.split(".")[0]
    if kind not in kinds and len(above) == 1:
        kind = names.by_id[above[0]].kind
    if kinds and kind not in kinds:
        path = " > ".join(_path(code, by_id))
        what = f"it is not told of which kind the new code {quote_value(path, _LONGEST)} is"
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
        codebook_version=code.codebook_version or additions.version,
        codable=True,
    )


def _wrong(
    mapping: Mapping[str, str], file_codes: Sequence[Code], names: _CodeNames
) -> list[Problem]:
    by_id = {code.code_id: code for code in file_codes}
    keys = {key for code in file_codes for key in (code.code_id, code.name)}
    keys |= {" > ".join(_path(code, by_id)) for code in file_codes}
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
