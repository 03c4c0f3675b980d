"""Seeing what a run is doing: live bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, Self, TextIO


class Progress:
    """What a run tells while it works, here nobody; all calls come from one thread.

    Whoever shows something shows it within the context of this.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left to end."""

    def started(self, reason: str, notebooks: Sequence[tuple[str, int]]) -> None:
        """A run begins: why, and its notebooks with their number of cells."""

    def waiting(self, what: str) -> None:
        """The run waits for another process."""

    def cell(self, notebook: str, number: int | None, label: str) -> None:
        """A cell begins."""

    def finished(self, notebook: str, failed: bool) -> None:
        """A notebook has ended."""


class Lines(Progress):
    """One line for the run and one for each notebook that ends: for logs and for pipes."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr

    def started(self, reason: str, notebooks: Sequence[tuple[str, int]]) -> None:
        """Tell why."""
        self._say(f"{len(notebooks)} notebook{'s' * (len(notebooks) != 1)}: {reason}")

    def waiting(self, what: str) -> None:
        """Tell for what."""
        self._say(what)

    def finished(self, notebook: str, failed: bool) -> None:
        """Tell how it went."""
        self._say(f"{'failed' if failed else 'done'}: {notebook}")

    def _say(self, text: str) -> None:
        print(text, file=self.stream, flush=True)


class Bars(Progress):
    """A bar for each notebook with the label of the cell at work."""

    def __init__(self, console: Any = None, stream: TextIO | None = None) -> None:
        # Only here, since rich takes a while to load and most runs have no terminal.
        from rich import console as consoles
        from rich import markup, progress

        self.console: Any = console or consoles.Console(file=stream or sys.stderr)
        self._escape = markup.escape
        self._bars = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(bar_width=24),
            progress.MofNCompleteColumn(),
            progress.TimeElapsedColumn(),
            progress.TextColumn("[dim]{task.fields[label]}"),
            console=self.console,
        )
        self._tasks: dict[str, Any] = {}
        self._cells: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def started(self, reason: str, notebooks: Sequence[tuple[str, int]]) -> None:
        """Show why, and a bar for each notebook."""
        self.waiting(reason)
        for name, cells in notebooks:
            shown = self._escape(name.rpartition("/")[2].removesuffix(".ipynb"))
            self._tasks[name] = self._bars.add_task(shown, total=cells, start=False, label="")
            self._cells[name] = cells

    def waiting(self, what: str) -> None:
        """Show for what."""
        self.console.print(self._escape(what))

    def cell(self, notebook: str, number: int | None, label: str) -> None:
        """Move the bar on."""
        task = self._tasks[notebook]
        self._bars.start_task(task)
        if number is not None:
            self._bars.update(task, completed=number - 1, label=self._escape(label))

    def finished(self, notebook: str, failed: bool) -> None:
        """Fill the bar, or say that it will not fill."""
        task = self._tasks[notebook]
        if failed:
            self._bars.update(task, label="[red]failed")
        else:
            self._bars.update(task, completed=self._cells[notebook], label="")
        self._bars.stop_task(task)


def best_progress(stream: TextIO | None = None) -> Bars | Lines:
    """Bars where a person sees a terminal, lines elsewhere."""
    out = stream or sys.stderr
    return Bars(stream=out) if out.isatty() else Lines(out)
