"""The panel in a notebook: a window onto an `ExploreSession`.

The browser's side is plain files of this package, joined to one module, with the elements of the
coding panel. No file is fetched by the browser and none from elsewhere.
"""

from __future__ import annotations

from typing import Any

from evaltools.coding.panel import SessionPanel, load_module, load_styles
from evaltools.explore.session import ExploreSession, read_state
from evaltools.study import Language, Study, find_study

_FILES = ("form", "numbers", "findings", "pictures", "behind", "panel")


class ExplorePanel(SessionPanel):
    """The panel, as the last line of a cell; see `explore`."""

    _esm = f"{load_module(('dom',))}\n{load_module(_FILES, 'explore')}"
    _css = load_styles("explore")

    def __init__(self, session: ExploreSession) -> None:
        super().__init__(session)
        self._describe_failure = session.describe_failure

    def _answer(self, widget: object, content: Any, buffers: object) -> None:
        try:
            super()._answer(widget, content, buffers)
        except Exception as error:  # the panel would wait for an answer for ever
            self.send(self._describe_failure(error))
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
