"""Which engine renders: Quarto where it is found, or the embedded renderer of the same sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

Format = Literal["html", "typst", "docx"]
Choice = Literal["auto", "quarto", "embedded"]
SUFFIXES: dict[Format, str] = {"html": ".html", "typst": ".pdf", "docx": ".docx"}


@dataclass(frozen=True)
class Engine:
    """An engine that is at hand.

    Arguments:
        name: quarto or embedded.
        version: its version, which is part of what a rendered report depends on.
        program: Quarto's program; None for the embedded renderer.
    """

    name: Literal["quarto", "embedded"]
    version: str
    program: Path | None = None

    def __str__(self) -> str:
        return f"Quarto {self.version}" if self.program else "the embedded renderer"


def choose(choice: Choice) -> Engine:
    """The engine asked for; with `auto` Quarto if it is there.

    Raises:
        ProblemError: Quarto is asked for and is not there, or what is there is too old.
    """
    from evaltools.report import quarto

    if choice != "embedded":
        program = quarto.find_quarto() if choice == "auto" else quarto.require_quarto()
        if program is not None:
            return Engine("quarto", quarto.version(program), program)
    parts = ("evaltools", "pypandoc-binary", "typst", "pikepdf", "fontpkg-fira-sans")
    return Engine("embedded", " ".join(f"{part} {version(part)}" for part in parts))


def render(
    engine: Engine,
    project: Path,
    document: Path,
    formats: Sequence[Format],
    output: Path,
    progress: Callable[[str], None],
) -> list[Path]:
    """Render a staged project into a folder.

    Arguments:
        project: the staged folder.
        document: in it.
        output: an empty folder that exists.
        progress: told what is being done, a line at a time.

    Returns:
        The files made, in the order of the formats.

    Raises:
        ProblemError: whatever the engine does not know or cannot do.
    """
    if engine.name == "quarto":
        from evaltools.report import quarto

        return quarto.render(project, document, formats, output, progress)
    from evaltools.report import embedded

    return embedded.render(project, document, formats, output, progress)
