"""What a reader of one format hands over before it is put together."""

from __future__ import annotations

from dataclasses import dataclass

from evaltools.documents.blocks import Block


@dataclass(frozen=True)
class Source:
    """A document taken apart.

    Arguments:
        blocks: paragraphs, headings and tables in reading order.
        fields: (label, answer) of the form.
        present: every piece of text in the file, gathered apart from `blocks`.
        left_out: (what it is, its text) of all that is not in `blocks` on purpose.
        tables: how many tables the running text of the file has.
        notes: sentences for whoever reads the text.
        pages: how many; None where the format has none.
        replaced: (characters of the file, what the blocks have for them), of symbol fonts.
    """

    blocks: tuple[Block, ...]
    fields: tuple[tuple[str, str], ...]
    present: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    tables: int = 0
    notes: tuple[str, ...] = ()
    pages: int | None = None
    replaced: tuple[tuple[str, str], ...] = ()
