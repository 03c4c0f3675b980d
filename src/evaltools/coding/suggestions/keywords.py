"""Keywords: the patterns of a codebook, read from `keywords.csv` and all checked at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from evaltools.coding.suggestions.patterns import NotAPattern, Pattern, parse_pattern
from evaltools.problems import Problem, refuse

Use = Literal["include", "exclude"]

FILE: Final = "data/coding/keywords.csv"


@dataclass(frozen=True, order=True)
class Keyword:
    """A pattern that speaks for a code, or against it.

    Arguments:
        code_id: the code it is of.
        language: of the texts it is for.
        pattern: what to look for.
        use: `include`, or `exclude` for words that the code's other patterns must not find.
    """

    code_id: str
    language: str
    pattern: Pattern
    use: Use = "include"


def read_keywords(table: pd.DataFrame, where: str = FILE) -> tuple[Keyword, ...]:
    """The keywords of a table.

    Arguments:
        table: `code_id`, `language`, `pattern`, `use`; where its index is named `row`, that is
            the row of the file.
        where: how the table's file is called in problems.

    Returns:
        Sorted, each once.

    Raises:
        ProblemError: patterns that cannot be read and codes that have only exclusions in a
            language, each with file and row.
    """
    problems: list[Problem] = []
    found: list[Keyword] = []
    places: dict[tuple[str, str], str] = {}
    columns = ("code_id", "language", "pattern", "use")
    rows = table[list(columns)].astype("string").fillna("")
    numbers = table.index if table.index.name == "row" else range(2, len(table) + 2)
    for number, (code, language, text, use) in zip(
        numbers, rows.itertuples(index=False, name=None), strict=True
    ):
        place = f"{where}, row {number}, column pattern"
        try:
            pattern = parse_pattern(text)
        except NotAPattern as error:
            what = f"'{text}' is no pattern: {error.what}"
            problems.append(Problem(place, what, "", error.remedy, "keywords.pattern"))
            continue
        places.setdefault((code, language), place)
        found.append(Keyword(code, language, pattern, "exclude" if use == "exclude" else "include"))
    problems += _only_exclusions(found, places)
    refuse(problems)
    return tuple(sorted(set(found)))


def _only_exclusions(
    found: Iterable[Keyword], places: Mapping[tuple[str, str], str]
) -> list[Problem]:
    including = {(each.code_id, each.language) for each in found if each.use == "include"}
    return [
        Problem(
            place,
            f"{code} has only exclusions in {language}",
            "",
            "Add a pattern with use include, or take the exclusions out.",
            "keywords.exclusions",
        )
        for (code, language), place in places.items()
        if (code, language) not in including
    ]
