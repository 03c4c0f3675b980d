"""The words by which the themes of a study are known in a language."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from evaltools.lint.blocks import PLACEHOLDER
from evaltools.lint.source import Report

_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_STEM: Final = 5
"""Letters by which two forms of one word are known."""


@dataclass(frozen=True)
class Themes:
    """The codes of a study.

    Arguments:
        labels: of codes, by id.
        stems: beginnings of the words of its label and forms, by id.
        behind: code that stands behind a number whose key does not begin with it.
    """

    labels: Mapping[str, str]
    stems: Mapping[str, frozenset[str]]
    behind: Mapping[str, str]

    @classmethod
    def read(cls, report: Report) -> Themes:
        """The codes of `codes.csv` with the forms of `reports/forms.yml`.

        What cannot be read is left out: reading the data says what is wrong with it.
        """
        labels: dict[str, str] = {}
        language = report.language
        paths = sorted(report.root.glob("data/**/codes.csv"))
        for path in paths[:1]:
            try:
                with path.open(encoding="utf-8-sig", newline="") as file:
                    for row in csv.DictReader(file):
                        label = row.get(f"label_{language}") or ""
                        if (code := row.get("code_id")) and label:
                            labels[code] = label
            except (OSError, UnicodeDecodeError, csv.Error):
                return cls({}, {}, {})
        forms = report.declared_in("reports/forms.yml")
        stems = {}
        for code, label in labels.items():
            own = forms.get(code)
            given = own.get(language) if isinstance(own, dict) else None
            texts = [label, *(map(str, given.values()) if isinstance(given, dict) else ())]
            stems[code] = frozenset(stem for text in texts for stem in _stems(text))
        declared = report.declared_in("evaluation.yml").get("codes_of_numbers")
        behind = {str(key): str(code) for key, code in declared.items()} if isinstance(
            declared, dict
        ) else {}  # fmt: skip
        return cls(labels, stems, behind)

    def code_of(self, key: str) -> str | None:
        """The code whose number a variable is."""
        parts = key.split(".")
        for length in range(len(parts) - 1, 0, -1):
            name = ".".join(parts[:length])
            if (code := self.behind.get(name, name)) in self.labels:
                return code
        return None

    def is_about(self, text: str, code: str) -> bool:
        """Whether a sentence has a word of a code, by itself or in a compound."""
        stems = self.stems[code]
        return not stems.isdisjoint(_stems(text)) or any(
            len(stem) == _STEM and stem in text.lower() for stem in stems
        )

    def named_in(self, text: str) -> bool:
        """Whether a sentence has all the words of a code's label."""
        found = _stems(text)
        return any(
            own and own <= found
            for own in (frozenset(_stems(each)) for each in self.labels.values())
        )


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in _WORD.findall(text.replace(PLACEHOLDER, " ").lower())}
