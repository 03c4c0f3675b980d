"""The drawn intervention logic reaches an engine as the figures of notebooks do."""

from pathlib import Path

from evaltools.charts.logic_model import Arrow, Element, LogicModel
from evaltools.i18n.messages import Words
from evaltools.report.renderer.notebook_outputs import Notebooks
from evaltools.report.staged_notebooks import LOGIC_NOTEBOOK, write_figure


def test_both_pictures_caption_and_alternative_text_are_in_a_notebook(tmp_path):
    chart = LogicModel(
        words=Words("en"),
        stages={"inputs": "Inputs", "impact": "Impact"},
        elements=[Element("a", "inputs", "Money"), Element("b", "impact", "Good")],
        arrows=[Arrow(1, "a", "b", "supported")],
    )
    figure = chart.figure("What is *thought*.")
    write_figure(tmp_path, figure.bundle())
    notebooks = Notebooks(tmp_path)
    path = tmp_path / LOGIC_NOTEBOOK
    (found,) = notebooks.outputs(path, LOGIC_NOTEBOOK, ["fig-logic"], echo=False)
    assert notebooks.problems == []
    assert found.options == {
        "echo": False,
        "fig-cap": "[**What is *thought*.**]{.figure-headline}",
        "fig-alt": figure.alt,
    }
    ((kind, names),) = found.parts
    assert (kind, [Path(name).suffix for name in names.split()]) == ("image", [".svg", ".png"])
    before = path.read_bytes()
    write_figure(tmp_path, chart.figure("What is *thought*.").bundle())
    assert path.read_bytes() == before
