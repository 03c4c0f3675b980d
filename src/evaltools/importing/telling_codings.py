"""What an import of codings tells: what the file was taken for, what came of it, what did not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from evaltools.evidence.quoting import quoted
from evaltools.importing.passages import HOW, reworded

if TYPE_CHECKING:
    from evaltools.importing.codings import Outcome

_EXAMPLES = 3


def lines(outcome: Outcome) -> Iterator[str]:
    """The lines, from what was read to what was left behind."""
    coding = outcome.coding
    yield f"Read as: {coding.origin or 'a coding'}"
    if coding.positions:
        yield f"Positions: {coding.positions}"
    counts = (
        ("documents", len(coding.documents)),
        ("codes", len(coding.codes)),
        ("coders", len(coding.coders)),
        ("passages", len(coding.segments)),
        ("codings", len(coding.codings)),
    )
    yield "Holds: " + ", ".join(f"{count} {what}" for what, count in counts)
    for what in coding.assumed:
        yield f"Assumed: {what}"
    for what in coding.faults:
        yield f"Fault of the file: {what}"
    yield from _coders(outcome)
    if outcome.found is not None:
        yield from _found(outcome)
    if outcome.merged is not None:
        yield from _merged(outcome)
    yield from _dropped(outcome)


def _coders(outcome: Outcome) -> Iterator[str]:
    for name, identifier, pseudonym in outcome.coders.key:
        yield f"Coder {quoted(name)} is {quoted(pseudonym)} ({identifier})"
    if outcome.key:
        yield "Names stay out of the study; the key of names and pseudonyms is beside the file."
    elif outcome.key is False:
        yield (
            "The key could not be written beside the file: keep these lines, and give them by "
            "--coders when you import it again."
        )


def _found(outcome: Outcome) -> Iterator[str]:
    assert outcome.found is not None
    ways: dict[str, int] = {}
    for why in outcome.found.known_by.values():
        ways[why] = ways.get(why, 0) + 1
    for why, count in sorted(ways.items()):
        yield f"Documents known by {why}: {count}"
    for way, words in HOW.items():
        if way in outcome.found.how:
            yield f"Passages {words}: {outcome.found.how[way]}"
    yield from reworded(outcome.found)


def _merged(outcome: Outcome) -> Iterator[str]:
    merged = outcome.merged
    assert merged is not None
    for name, count in merged.added.items():
        yield f"{'Would be added' if outcome.dry else 'Added'} to {name}: {count}"
    if merged.there:
        yield f"Codings that the study has already: {merged.there}"
    if merged.differing:
        shown = ", ".join(merged.differing[:_EXAMPLES])
        yield (
            f"Of these the study says something else on {len(merged.differing)}, which stays: "
            f"{shown}{', …' if len(merged.differing) > _EXAMPLES else ''}"
        )
    if merged.finished:
        yield f"Readings that are complete now: {merged.finished}"
    if not merged.tables:
        yield "Nothing is new; nothing was changed."
    elif "readings" in merged.added:
        yield (
            "A new reading counts as complete only where the file says so or --complete was given: "
            "until then that a coder gave no code says nothing."
        )


def _dropped(outcome: Outcome) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for one in outcome.dropped:
        groups.setdefault(one.why, []).append(one.where)
    for why, places in sorted(groups.items()):
        shown = ", ".join(places[:_EXAMPLES]) + (", …" if len(places) > _EXAMPLES else "")
        yield f"Left behind ({len(places)}): {why}: {shown}"
