"""Renders a staged project without Quarto, from the sources that Quarto renders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from evaltools.problems import Problem, ProblemError, refuse
from evaltools.report.embedded.resolve import Resolved, resolve
from evaltools.report.epoch import read_epoch

Format = Literal["html", "typst", "docx"]
SUFFIXES = {"html": ".html", "typst": ".pdf", "docx": ".docx"}


def render(
    project: Path,
    document: Path,
    formats: Sequence[Format],
    output: Path,
    progress: Callable[[str], None] | None = None,
    profiles: Sequence[str] = (),
    epoch: int | None = None,
) -> list[Path]:
    """Render a document of a staged project.

    Arguments:
        project: folder with `_quarto.yml`, `_variables.yml`, executed notebooks and chapters.
        document: the main .qmd file, inside the project; relative paths are from the project.
        formats: `html`, `typst` (a PDF), `docx`; each once.
        output: folder for the results, made if it is missing.
        progress: told what is being done, a line at a time.
        profiles: Quarto profiles; the project's own default where none are given.
        epoch: seconds since 1970 that stand for now, the date within files; SOURCE_DATE_EPOCH,
            or 1970, if not given.

    Returns the paths of the results, in the order of the formats. Nothing is written to the
    output folder unless every format could be made. The same sources give the same bytes.
    Raises ProblemError with all problems, each with file and line where they are known.
    """
    refuse(
        Problem(name, "unknown format", ", ".join(SUFFIXES), code="render.format")
        for name in formats
        if name not in SUFFIXES
    )
    wanted = tuple(dict.fromkeys(formats))
    if not wanted:
        return []
    now = read_epoch() if epoch is None else epoch
    with TemporaryDirectory(prefix="evaltools-") as name:
        resolved = resolve(project, project / document, wanted, Path(name), profiles, now)
        results: list[tuple[Path, bytes]] = []
        problems: list[Problem] = []
        for each in resolved:
            if progress is not None:
                progress(f"writing {each.name}{SUFFIXES[each.format_name]}")
            try:
                results.append((output / (each.name + SUFFIXES[each.format_name]), _finish(each)))
            except ProblemError as error:
                problems.extend(found for found in error.problems if found not in problems)
        refuse(problems)
    output.mkdir(parents=True, exist_ok=True)
    for path, payload in results:
        path.write_bytes(payload)
    return [path for path, _ in results]


def _finish(resolved: Resolved) -> bytes:
    """The bytes of one format; finishers are loaded when they are needed."""
    if resolved.format_name == "html":
        from evaltools.report.embedded.html import finish_html

        return finish_html(resolved.path, resolved.context)
    if resolved.format_name == "typst":
        from evaltools.report.embedded.pdf import render_pdf

        return render_pdf(resolved.path, resolved.context)
    from evaltools.report.embedded.docx import render_docx

    return render_docx(resolved.path, resolved.context)
