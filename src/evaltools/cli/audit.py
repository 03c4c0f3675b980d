"""The command that holds a text written elsewhere against what was published."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from evaltools.cli.main import main
from evaltools.cli.options import locate_run
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import LANGUAGES, Language
from evaltools.publish.text_audit.audit import audit_text
from evaltools.publish.text_audit.output import audit_json, audit_markdown, print_audit
from evaltools.publish.text_audit.outside_text import read_outside_text
from evaltools.publish.text_audit.published import read_published


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--against", "what", required=True, metavar="BUNDLE_OR_REPORT",
              help="A published bundle, or a built report: its folder or its name.")  # fmt: skip
@click.option("--language", type=click.Choice(LANGUAGES),
              help="Language of all of the file; by default that of each sentence.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["table", "json", "markdown"]),
              default="table", help="How to print it.")  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Also what is borne out, in the table.")
@click.option("--strict", is_flag=True, help="Exit with 1 also where something is unknown.")
def audit(
    file: Path, what: str, language: Language | None, form: str, everything: bool, strict: bool
) -> None:
    """Hold a text against a bundle: what of it is borne out, drifted, turned or unknown.

    FILE is a DOCX, ODT, PDF, Markdown, HTML or plain text, such as a briefing. The exit status is
    1 where a number drifted or a judgement turned.
    """
    published = read_published(locate_run(what))
    text = read_outside_text(file)
    spoken = language or text.language or published.language
    found = audit_text(file.name, text, published, spoken, whole=language is not None)
    if form == "json":
        click.echo(audit_json(found), nl=False)
    elif form == "markdown":
        click.echo(audit_markdown(found, Words(spoken)), nl=False)
    else:
        print_audit(found, Words(spoken), Console(), everything)
    if found.fails(strict):
        raise SystemExit(1)
