"""Index of the study's findings: as far as prose needs them.

Read as plain YAML with the line of each, since a lint must answer while the schema of a finding
is still wrong; `evaltools.findings.declaration` says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from evaltools.problems import Problem
from evaltools.yaml_text import load_yaml, node_position

FILE = "reports/findings.yml"


@dataclass(frozen=True)
class DeclaredFinding:
    """One finding.

    Arguments:
        name: what spans in the prose call it.
        where: its place in the file.
        asserted: whether the report claims it, so that the prose must say it once.
        contribution: verdict of its contribution entry, without which it may not speak of
            causes; None where it has no entry.
        rivals: whether it claims no cause, or names other explanations of what it explains.
        counter_evidence: whether it says what a search for counter-evidence found.
        texts: what it claims, by language.
        follows: whether it has sentences by outcome, so that prose must not write it out.
    """

    name: str
    where: str
    asserted: bool
    contribution: str | None
    counter_evidence: bool
    rivals: bool = True
    texts: Mapping[str, str] = field(default_factory=dict)
    follows: bool = False


@dataclass(frozen=True)
class FindingsIndex:
    """All findings by file order."""

    findings: tuple[DeclaredFinding, ...] = ()

    def get(self, name: str | None) -> DeclaredFinding | None:
        """The finding of a name."""
        return next((finding for finding in self.findings if finding.name == name), None)


def read_findings_index(root: Path) -> tuple[FindingsIndex, list[Problem]]:
    """The findings of a study, none where it declares none, and what hinders reading them.

    `findings` of the file is a mapping of names to findings; what is anything else is left out
    here, since `evaltools.findings.declaration` refuses it.
    """
    path = root / FILE
    if not path.is_file():
        return FindingsIndex(), []
    try:
        text = path.read_text(encoding="utf-8")
        content, tree = load_yaml(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{FILE}:{mark.line + 1}:{mark.column + 1}" if mark else f"{FILE}:1:1"
        remedy = "Correct it; no finding can be looked up until then."
        return FindingsIndex(), [Problem(where, "not readable as YAML", "", remedy, "E04")]
    findings = tuple(_finding(name, entry, node) for name, entry, node in _entries(content, tree))
    return FindingsIndex(findings), []


def _entries(content: Any, tree: Any) -> Iterator[tuple[str, dict[str, Any], Any]]:
    if not isinstance(content, dict) or not isinstance(content.get("findings"), dict):
        return
    nodes = {str(key.value): (key, value) for key, value in tree.value}
    marks = {str(key.value): key for key, _ in nodes["findings"][1].value}
    for name, entry in content["findings"].items():
        if isinstance(entry, dict) and str(name) in marks:
            yield str(name), entry, marks[str(name)]


def _finding(name: str, entry: dict[str, Any], node: Any) -> DeclaredFinding:
    contribution, text = entry.get("contribution"), entry.get("text")
    texts = text if isinstance(text, dict) else {}
    contributed = contribution if isinstance(contribution, dict) else {}
    return DeclaredFinding(
        name=name,
        where=node_position(FILE, node),
        asserted=entry.get("asserted", True) is not False,
        contribution=str(contributed.get("verdict") or "")
        if isinstance(contribution, dict)
        else None,
        counter_evidence=_is_filled(entry.get("counter_evidence")),
        rivals=entry.get("claims_cause") is not True or _is_filled(contributed.get("rivals")),
        texts={str(name): str(text) for name, text in texts.items()},
        follows=_is_filled(entry.get("sentences")),
    )


def _is_filled(value: Any) -> bool:
    """Whether an entry says something: a list or a mapping that is not empty."""
    return isinstance(value, list | dict) and bool(value)
