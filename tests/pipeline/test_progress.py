import io
from typing import cast

from rich.console import Console

from evaltools.pipeline.progress import Bars, Lines, best_progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_lines_tell_reason_and_end_of_each_notebook() -> None:
    stream = io.StringIO()
    lines = cast(Lines, best_progress(stream))
    lines.started("first run", [("notebooks/a.ipynb", 3)])
    lines.cell("notebooks/a.ipynb", 1, "fig-a")
    lines.finished("notebooks/a.ipynb", failed=True)
    assert stream.getvalue() == "1 notebook: first run\nfailed: notebooks/a.ipynb\n"


def test_terminal_gets_bars_with_cell_labels_and_no_markup_from_names() -> None:
    stream = Terminal()
    assert isinstance(best_progress(stream), Bars)
    console = Console(file=stream, force_terminal=True, width=120, color_system=None)
    with Bars(console) as bars:
        bars.started("data changed: [bold]x", [("notebooks/[red]a.ipynb", 4)])
        bars.cell("notebooks/[red]a.ipynb", None, "")
        bars.cell("notebooks/[red]a.ipynb", 3, "fig-[a]")
        bars._bars.refresh()
        shown = stream.getvalue()
        bars.finished("notebooks/[red]a.ipynb", failed=False)
    assert "[bold]x" in shown
    assert "[red]a" in shown
    assert "fig-[a]" in shown
    assert "2/4" in shown
    assert "4/4" in stream.getvalue()
