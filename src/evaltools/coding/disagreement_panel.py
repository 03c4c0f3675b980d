"""The disagreement browser for a notebook: readings side by side, and what was agreed on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import anywidget

from evaltools.coding.settling import SettlingDesk
from evaltools.coding.web import DISAGREEMENTS, module, styles
from evaltools.study import find_study

if TYPE_CHECKING:
    from evaltools.study import Language


class DisagreementPanel(anywidget.AnyWidget):
    """Where coders differ, document by document, for those who have all read it whole.

    Arguments:
        coders: who is compared, in this order; all of role coder where none are named.
        documents: which ones; all that can be compared where none are named.
        round: round of coding.
        language: of the panel: fi, sv or en.

    What is settled goes into the journal of the consensus coder, with the same care as any coding.

    Raises ProblemError where a named document cannot be compared yet, naming who has not read it,
    or where there is nothing to compare.
    """

    _esm = module(DISAGREEMENTS)
    _css = styles()

    def __init__(
        self,
        coders: Sequence[str] | None = None,
        documents: Sequence[str] | None = None,
        round: int = 1,
        language: Language = "fi",
    ) -> None:
        super().__init__()
        self._desk = SettlingDesk(find_study(), coders, documents, round, language)
        self.on_msg(self._answer)

    def _answer(self, _widget: object, content: Any, _buffers: object) -> None:
        for message in self._desk.receive(content):
            self.send(message)
