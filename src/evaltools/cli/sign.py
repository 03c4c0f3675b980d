"""The command that signs what no data stand behind."""

from __future__ import annotations

import datetime

import click

from evaltools.cli.main import main
from evaltools.lint.binding import Sentence
from evaltools.lint.prose_blocks import PLACEHOLDER
from evaltools.lint.signatures import (
    hash_sentence,
    marked_sentences,
    read_signatures,
    sign_sentences,
)
from evaltools.study import find_study


@main.command()
@click.option("--by", metavar="NAME", help="Who has looked at them.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day, if not today.")
def sign(by: str | None, day: datetime.datetime | None) -> None:
    """Sign the words that no data stand behind, after looking at them.

    Sentences among the results that are no findings, and the words of the study's declarations.
    Without a name it lists them: what is new or changed since it was signed, with its place.
    """
    study = find_study()
    languages = list(study.declaration.reports)
    if by is None:
        shown: set[tuple[str, str]] = set()
        signed = {each.sha256 for each in read_signatures(study.root)}
        for language in languages:
            for each in marked_sentences(study.root, language)[0]:
                if (each.where, each.text) in shown:  # press releases go with every report
                    continue
                shown.add((each.where, each.text))
                _show(each, "signed" if hash_sentence(each) in signed else "unsigned")
        return
    if not by.strip():
        raise click.BadParameter("give the name of a person", param_hint="--by")
    # The one clock of evaltools: a signature is an act of a person on a day, and no output.
    signed_on = day.date() if day else datetime.date.today()
    fresh, dropped = sign_sentences(study.root, languages, by, signed_on)
    for each in fresh:
        _show(each, "signed")
    click.echo(f"{len(fresh)} signed by {by.strip()}; {dropped} no longer needed were dropped.")


def _show(sentence: Sentence, state: str) -> None:
    text = sentence.text.replace(PLACEHOLDER, "…")
    click.echo(f"{sentence.where}: {state}, {sentence.mark}: {text}")
    for line in sentence.content.splitlines() if state == "unsigned" else ():
        click.echo(f"    {line}")
