"""The panels for a notebook: windows onto a coder's session, and onto where coders differ.

The browser's side is plain files of this package, joined to one module each. No file is fetched
by the browser and none from elsewhere: an office machine may have no network. The house's typeface
goes along in the style sheet, cut down to the letters of our languages.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import anywidget
import fontpkg_fira_sans
from fontTools import subset
from fontTools.ttLib import TTFont

from evaltools.coding.consensus_session import ConsensusSession
from evaltools.coding.session import CodingSession
from evaltools.study import Language, find_study

CODING = (
    *("dom", "text", "journal", "reader", "codebook", "documents", "passage", "suggestions"),
    *("help", "keys", "connection", "moving", "doing", "panel"),
)
DISAGREEMENTS = (
    *("dom", "text", "journal", "reader", "help", "settling-keys", "connection", "moving"),
    *("differences", "disagreements"),
)

# Latin with Finnish, Swedish and Sámi letters, combining marks, punctuation, arrows, signs.
_LETTERS = (
    *range(0x20, 0x250),
    *range(0x300, 0x330),
    *range(0x2009, 0x2040),
    *(0x20AC, 0x2212, 0x2190, 0x2191, 0x2192, 0x2193),
)


@cache
def load_module(names: Sequence[str]) -> str:
    """The files of a panel as one ES module, in order; the last one exports it."""
    folder = files("evaltools.coding") / "web"
    return "\n".join((folder / f"{name}.js").read_text(encoding="utf-8") for name in names)


@cache
def load_typeface() -> str:
    """The house's typeface as style rules, with the font in them."""
    return _face("Regular", 400) + _face("SemiBold", 600)


@cache
def load_styles() -> str:
    """The style sheet of all panels, with the typeface in it."""
    sheet = (files("evaltools.coding") / "web" / "panel.css").read_text(encoding="utf-8")
    return load_typeface() + sheet


def _face(name: str, weight: int) -> str:
    options = subset.Options()
    options.flavor = "woff"
    options.hinting = False
    options.recalc_timestamp = False
    # Their closure takes longer than all the rest, and a panel should open at once.
    options.drop_tables = [*options.drop_tables, "GSUB", "GPOS", "GDEF", "DSIG"]
    font = TTFont(Path(fontpkg_fira_sans.ROOT) / "files" / f"FiraSans-{name}.ttf", lazy=True)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=_LETTERS)
    cutter.subset(font)
    font.flavor = "woff"
    buffer = io.BytesIO()
    font.save(buffer)
    data = base64.b64encode(buffer.getvalue()).decode()
    return (
        f'@font-face{{font-family:"Evaltools Fira Sans";font-weight:{weight};font-display:swap;'
        f'src:url("data:font/woff;base64,{data}") format("woff")}}\n'
    )


class _Panel(anywidget.AnyWidget):
    _css = load_styles()

    def __init__(self, session: CodingSession) -> None:
        super().__init__()
        self._session = session
        self.on_msg(self._answer)

    def _answer(self, _widget: object, content: Any, _buffers: object) -> None:
        for message in self._session.receive(content):
            self.send(message)


class CodingPanel(_Panel):
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

    _esm = load_module(CODING)

    def __init__(
        self,
        coder: str = "coder-1",
        document: str | None = None,
        round: int = 1,
        language: Language = "fi",
    ) -> None:
        super().__init__(CodingSession(find_study(), coder, document, round, language))


class DisagreementPanel(_Panel):
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

    _esm = load_module(DISAGREEMENTS)

    def __init__(
        self,
        coders: Sequence[str] | None = None,
        documents: Sequence[str] | None = None,
        round: int = 1,
        language: Language = "fi",
    ) -> None:
        super().__init__(ConsensusSession(find_study(), coders, documents, round, language))
