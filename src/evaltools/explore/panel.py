"""The panel in a notebook: a window onto an `ExploreSession`.

The browser's side is plain files of this package, joined to one module, with the elements of the
coding panel. No file is fetched by the browser and none from elsewhere.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import anywidget

from evaltools.coding.panel import load_typeface
from evaltools.explore.session import ExploreSession, read_state
from evaltools.study import Language, Study, find_study

_FILES = ("form", "numbers", "findings", "pictures", "behind", "panel")


@cache
def load_module() -> str:
    """The files of the panel as one ES module, in order; the last one exports it."""
    shared, own = files("evaltools.coding") / "web", files("evaltools.explore") / "web"
    parts = [shared / "dom.js", *(own / f"{name}.js" for name in _FILES)]
    return "\n".join(part.read_text(encoding="utf-8") for part in parts)


@cache
def load_styles() -> str:
    """The style sheet of the panel, with the typeface in it."""
    sheet = files("evaltools.explore") / "web" / "panel.css"
    return load_typeface() + sheet.read_text(encoding="utf-8")


class ExplorePanel(anywidget.AnyWidget):
    """The panel, as the last line of a cell; see `explore`.

    Nothing of the data is kept in the notebook's file: it goes by messages, so saving or sharing
    the notebook shows nothing.
    """

    _esm = load_module()
    _css = load_styles()

    def __init__(self, session: ExploreSession) -> None:
        super().__init__()
        self._session = session
        self.on_msg(self._answer)

    def _answer(self, _widget: object, content: Any, _buffers: object) -> None:
        try:
            for message in self._session.receive(content):
                self.send(message)
        except Exception as error:  # the panel would wait for an answer for ever
            self.send(self._session.describe_failure(error))
            raise


def explore(
    study: Study | None = None,
    state: str = "",
    *,
    scenario: str | None = None,
    panel_language: Language | None = None,
    **values: Any,
) -> ExplorePanel:
    """Explore a study: its parameters as a form, and the numbers and judgements that follow.

    Arguments:
        study: the study; the one around the notebook where it is not given.
        state: values as a link of the panel has them, `region=06&calls=2019,2020`.
        scenario: a named scenario to start from.
        panel_language: of the panel; the study's first where None.
        values: parameters by name, as codes or labels.

    Raises ProblemError for a wrong value, wrong data, or values that leave nothing of them.
    """
    study = study or find_study()
    below = study.scenario_values(scenario) if scenario else {}
    given = {**below, **read_state(state), **values}
    return ExplorePanel(ExploreSession(study, given, panel_language))
