"""Texts of the tables that a report prints have to be there in every language of the study."""

from __future__ import annotations

from collections.abc import Iterator

from evaltools.evidence.cell_problems import CellProblem, NumberedTables
from evaltools.evidence.descriptor import Descriptor

_PRINTED = {"codes": ("code_id", "label"), "rating_items": ("item_id", "label")}
"""Of tables whose texts are printed: what names a row, and how its text columns begin."""
CODE = "data.untranslated"


def check_texts(frames: NumberedTables, descriptor: Descriptor) -> Iterator[CellProblem]:
    """Labels of codes and rating items and names on maps that lack a language of the study.

    Names of organisations, areas and projects are data: they stand in the language that they have.
    """
    vocabulary = frames.vocabulary
    maps = {one.map: (one.column, "name") for one in vocabulary.dimensions.values() if one.map}
    for table, (key, stem) in (_PRINTED | maps).items():
        if table not in frames:
            continue
        frame, fields = frames[table], {one.name: one for one in descriptor.resource(table).fields}
        columns = [f"{stem}_{language}" for language in vocabulary.languages]
        if not set(columns) & set(fields):
            continue  # nothing is called in any language; identifiers stand for it
        for column in columns:
            if column not in fields:
                what = f"there is no column {column}, though the study has the language"
                remedy = "Add it, or take the language out of evaluation.yml."
                yield CellProblem(table, None, column, what, ", ".join(columns), remedy, CODE)
            elif column in frame and not fields[column].required:  # told already
                empty = frame[column].isna() | (frame[column].astype("string").str.strip() == "")
                yield from frames.tell(
                    frame[empty], f"{table}.{column}", CODE,
                    f"{{{key}}} is called nothing in this language",
                    f"a text in each of {', '.join(vocabulary.languages)}", "Translate it.",
                )  # fmt: skip
