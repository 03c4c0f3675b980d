"""A sentence that another coder rule would not bear out is published only with its note."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from evaltools.findings.coder_rules import rule_note
from evaltools.i18n.messages import Words
from evaltools.publish.gates import Candidate, check_release_note

Make = Callable[..., Candidate]


@dataclass(frozen=True)
class Named:
    id: str


@dataclass(frozen=True)
class Judged:
    """What the gate asks of a judgement."""

    finding: Named
    outcome: str
    by_rule: tuple[tuple[str, str], ...]
    said: tuple[str, ...] = ()

    @property
    def depends_on_rule(self) -> bool:
        return any(outcome != self.outcome for _, outcome in self.by_rule)


DEPENDS: Any = Judged(Named("a-b"), "holds", (("any", "holds"), ("all", "does_not_hold")))
ALWAYS: Any = Judged(Named("a-b"), "holds", (("any", "holds"), ("all", "holds")))
NOTE = f'<span role="note">({rule_note(DEPENDS, Words("fi"))})</span>'


def page(sentence: str, beside: str = "") -> bytes:
    return (
        f'<html lang="fi"><body><p><img alt="x"><span class="finding" data-finding="a-b">'
        f"{sentence}</span> {beside}</p></body></html>"
    ).encode()


@pytest.mark.parametrize(
    ("judgement", "html", "refused"),
    [
        (DEPENDS, page(f"Väki puuttui. {NOTE}"), 0),
        (DEPENDS, page(f"<b>Väki</b> puuttui.<br> {NOTE}"), 0),
        (DEPENDS, page("Väki puuttui."), 1),
        (DEPENDS, page("Väki puuttui.", beside=NOTE), 1),
        (ALWAYS, page("Väki puuttui."), 0),
        (DEPENDS, b"<html><body><p>Muuta.</p></body></html>", 0),
    ],
    ids=["noted", "noted with elements", "bare", "note elsewhere", "by every rule", "not told"],
)
def test_only_a_sentence_that_should_be_noted_and_is_not_is_refused(
    make: Make, judgement: Any, html: bytes, refused: int
) -> None:
    found = check_release_note(replace(make(html=html), judgements=(judgement,)))
    assert [problem.code for problem in found] == ["publish.coder-rule"] * refused
