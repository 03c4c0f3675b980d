"""A resolved document as a Word document."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree.ElementTree import ParseError

from evaltools.problems import Problem, ProblemError, refuse
from evaltools.report.embedded.ast import Node
from evaltools.report.embedded.context import Context
from evaltools.report.embedded.docx_package import finished
from evaltools.report.embedded.docx_shapes import for_word
from evaltools.report.embedded.pandoc import PandocError, pandoc
from evaltools.report.embedded.print_checks import (
    accessibility_problems,
    document_name,
    message_problems,
    raw_problems,
)
from evaltools.report.embedded.print_facts import Facts, facts_of
from evaltools.report.embedded.print_images import WORD_KINDS, stage_images
from evaltools.report.embedded.print_shapes import printed
from evaltools.report.embedded.reference_docx import Page, reference_docx


def render_docx(resolved: Path, context: Context) -> bytes:
    """Write a resolved document as a Word document.

    Arguments:
        resolved: pandoc's JSON tree after the core pass.
        context: surroundings of the document.

    Returns the document; the same input gives the same bytes on every machine.
    Raises ProblemError with everything that keeps it from being written and read by everyone.
    """
    tree = json.loads(resolved.read_text(encoding="utf-8"))
    refuse((*accessibility_problems(tree, context), *raw_problems(tree, context)))
    facts = facts_of(tree, context)
    with TemporaryDirectory(prefix="evaltools-") as name:
        folder = Path(name)
        staged = stage_images(printed(tree, context), context, folder, WORD_KINDS)
        (folder / "reference.docx").write_bytes(reference_docx(_page(facts)))
        words = for_word(staged, facts.cover(), facts.language_tag, facts.contents_title,
                         facts.contents_depth)  # fmt: skip
        document = _pandoc(words, context, folder)
    try:
        return finished(document, facts.properties(), context.epoch)
    except ParseError as error:
        problem = Problem(document_name(context), f"raw Word content is malformed: {error}",
                          remedy="Write it as markdown", code="render.raw")  # fmt: skip
        raise ProblemError([problem]) from None


def _page(facts: Facts) -> Page:
    return Page(
        language=facts.language_tag,
        title=facts.short_title,
        publisher=facts.imprint,
        notice=facts.notice,
        chapters_on_new_page=facts.chapters_on_new_page,
    )


def _pandoc(tree: Node, context: Context, folder: Path) -> bytes:
    arguments = ["-f", "json", "-t", "docx", "--syntax-highlighting=none",
                 "--reference-doc=reference.docx", "-o", "-"]  # fmt: skip
    try:
        document, messages = pandoc(arguments, json.dumps(tree), context.epoch, folder)
    except PandocError as error:
        problem = Problem(document_name(context), f"it cannot be written: {error}",
                          code="render.docx")  # fmt: skip
        raise ProblemError([problem]) from None
    refuse(message_problems(messages, context))
    return document
