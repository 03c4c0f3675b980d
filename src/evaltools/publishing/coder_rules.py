"""A sentence that rests on whose coding decides may be published, but not without saying so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

from evaltools.findings.coder_rules import rule_note
from evaltools.findings.judging import Judgement
from evaltools.problems import Problem
from evaltools.publishing.documents import squeezed
from evaltools.publishing.gates import Candidate

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
     "track", "wbr"}
)  # fmt: skip


class Sentences(HTMLParser):
    """An HTML file: the text of every sentence that is bound to a finding, by its id."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.by_finding: dict[str, list[str]] = defaultdict(list)
        self._open: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a sentence where the element is bound to a finding."""
        if tag in _VOID:
            return
        finding = dict(attrs).get("data-finding")
        self._open.append(finding)
        if finding is not None:
            self.by_finding[finding].append("")

    def handle_endtag(self, tag: str) -> None:
        """Leave the element."""
        if tag not in _VOID and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Text belongs to all sentences that are open."""
        for finding in self._open:
            if finding is not None:
                self.by_finding[finding][-1] += data


def without_note(candidate: Candidate, judgements: Iterable[Judgement]) -> list[Problem]:
    """Sentences whose outcome depends on the coder rule and that do not say so.

    Arguments:
        judgements: of the run, with the outcomes under every rule.
    """
    language = candidate.parameters.language
    notes = {item.finding.id: rule_note(item, language) for item in judgements}
    return [
        problem
        for path in candidate.files(".html")
        for problem in _lacking(path, {name: note for name, note in notes.items() if note})
    ]


def _lacking(path: Path, notes: dict[str, str]) -> Iterator[Problem]:
    page = Sentences()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    for name in sorted(notes):
        bare = [
            s for s in page.by_finding.get(name, ()) if squeezed(notes[name]) not in squeezed(s)
        ]
        if bare:
            yield Problem(
                path.name,
                f"{name}: the outcome depends on the coder rule and {len(bare)} of its sentences "
                "do not say so",
                "",
                "Render it again; reports/style/findings.lua must write the note.",
                "publish.coder-rule",
            )
