"""Writing a comparison: to files that somebody names, and into a report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evaltools.comparison.attribution import Attribution
from evaltools.comparison.comparison import Comparison
from evaltools.problems import Problem, ProblemError
from evaltools.provenance.recorded import Recorded

if TYPE_CHECKING:
    from evaltools.present.language import Language
    from evaltools.study import Study


@dataclass(frozen=True)
class Files:
    """Where to write what; None for what is not wanted.

    Arguments:
        html: the page.
        csv: the table of all changes.
        markdown: the section.
        figure: the picture, as PNG.
    """

    html: Path | None = None
    csv: Path | None = None
    markdown: Path | None = None
    figure: Path | None = None


def write_comparison(
    made: Comparison,
    attribution: Attribution | None,
    study: Study,
    files: Files,
    language: Language,
) -> list[Path]:
    """Write a comparison to the files asked for.

    Arguments:
        made: the comparison.
        attribution: of its changes, where it was made.
        study: whose labels to use, and whose data tell whether they are an example.
        files: where to write what.
        language: fi, sv or en.

    Returns:
        The files written.

    Raises:
        ProblemError: a file cannot be written.
    """
    from evaltools.comparison.export import comparison_csv
    from evaltools.comparison.page import comparison_page
    from evaltools.comparison.picture import comparison_picture
    from evaltools.comparison.prose import code_labels
    from evaltools.comparison.section import changes_section

    labels, notice = code_labels(study, language), notice_of(study, language)
    wanted: list[tuple[Path | None, Callable[[], bytes]]] = [
        (files.html, lambda: comparison_page(made, attribution, language, labels, notice).encode()),
        (files.csv, lambda: comparison_csv(made, attribution).encode()),
        (files.markdown, lambda: changes_section(made, attribution, language, labels).encode()),
        (files.figure, lambda: comparison_picture(made, language, labels, notice)),
    ]
    written = []
    for path, content in wanted:
        if path is None:
            continue
        try:
            path.write_bytes(content())
        except OSError as error:
            what = f"cannot be written: {error.strerror}"
            raise ProblemError([Problem(str(path), what, code="compare.file")]) from None
        written.append(path)
    return written


def changes_page(study: Study, old: Recorded | None, new: Recorded, language: Language) -> str:
    """`_generated/_changes.qmd` of a report: what changed since the previous one, and why.

    Arguments:
        study: of the report.
        old: the previous report; None where there is none, and then the page is empty.
        new: the run that the report is made of.
        language: of the report.

    Raises:
        ProblemError: the data of the study cannot be read.
    """
    from evaltools.comparison.examining import examine
    from evaltools.comparison.prose import code_labels
    from evaltools.comparison.section import changes_section

    if old is None:
        return ""
    made, attribution = examine(study, old, new)
    return changes_section(made, attribution, language, code_labels(study, language))


def notice_of(study: Study, language: Language) -> str:
    """What pictures and pages of example data say; empty for real data."""
    from evaltools.evidence import load_descriptor
    from evaltools.present.words import Words

    example = load_descriptor(study.data).example
    return Words(language)("report.example_notice") if example else ""
