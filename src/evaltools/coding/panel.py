"""The coding panel for a notebook: a window onto a coder's desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget

from evaltools.coding.desk import Desk
from evaltools.coding.web import CODING, module, styles
from evaltools.study import find_study

if TYPE_CHECKING:
    from evaltools.study import Language


class CodingPanel(anywidget.AnyWidget):
    """A report, the codebook and what one coder has marked, as the last line of a cell.

    Arguments:
        coder: identifier in coders.csv.
        document: opened first; else the first that has not been read whole.
        round: round of coding, from 1.
        language: of the panel: fi, sv or en.

    The study is the one around the notebook. Nothing of the reports or the coding is kept in the
    notebook's file: it goes by messages, so saving or sharing the notebook shows nothing.

    Raises ProblemError for an unknown coder or document, or a journal that cannot be read.
    """

    _esm = module(CODING)
    _css = styles()

    def __init__(
        self,
        coder: str = "coder-1",
        document: str | None = None,
        round: int = 1,
        language: Language = "fi",
    ) -> None:
        super().__init__()
        self._desk = Desk(find_study(), coder, document, round, language)
        self.on_msg(self._answer)

    def _answer(self, _widget: object, content: Any, _buffers: object) -> None:
        for message in self._desk.receive(content):
            self.send(message)
