"""`reports/forms.yml`: the forms in which sentences use names, reviewed by a person.

No library under a licence of ours inflects Finnish place names and compounds rightly, so the forms
are declared: for each code or value of a parameter, by language, by name of the form.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from evaltools.i18n.numbers import LANGUAGES, Language
from evaltools.problems import Problem, refuse
from evaltools.yaml_text import line_of, read_yaml

FILE_NAME: Final = "reports/forms.yml"
CODE: Final = "finding.form"


@dataclass(frozen=True)
class WordForms:
    """Forms of names by what they name, `challenge.staff`, then by language and form."""

    forms: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)

    def get(self, name: str, language: Language, form: str) -> str | None:
        """A form of a name; None where it is not declared."""
        return self.forms.get(name, {}).get(language, {}).get(form)

    def missing(self, wanted: Iterable[tuple[str, Language, str]]) -> list[Problem]:
        """A problem for each name that lacks forms that sentences ask for.

        Arguments:
            wanted: name, language and form, in any order.
        """
        lacking: dict[str, list[str]] = {}
        for name, language, form in sorted(set(wanted)):
            if self.get(name, language, form) is None:
                lacking.setdefault(name, []).append(f"{language} {form}")
        return [
            Problem(
                FILE_NAME,
                f"'{name}' lacks forms that sentences of reports/findings.yml use",
                ", ".join(forms),
                "Write them as a person would say them.",
                CODE,
            )
            for name, forms in lacking.items()
        ]


def load_forms(root: Path) -> WordForms:
    """The forms that a study declares; none where it has no such file.

    Raises:
        ProblemError: everything in it that is not a text by name, language and form.
    """
    if not os.path.lexists(root / FILE_NAME):
        return WordForms()
    content, lines = read_yaml(root / FILE_NAME, FILE_NAME)
    problems: list[Problem] = []

    def fault(place: tuple[str, ...], what: str, allowed: str = "") -> None:
        problems.append(Problem(f"{FILE_NAME}:{line_of(lines, place)}", what, allowed, "", CODE))

    for name, by_language in content.items():
        if not isinstance(by_language, dict):
            fault((str(name),), f"{name} has no forms by language", ", ".join(LANGUAGES))
            continue
        for language, forms in by_language.items():
            place = (str(name), str(language))
            if language not in LANGUAGES:
                fault(place, f"{name}: '{language}' is no language of evaltools",
                      ", ".join(LANGUAGES))  # fmt: skip
            elif not isinstance(forms, dict):
                fault(place, f"{name}, {language}: forms are texts by their name")
            else:
                for form, text in forms.items():
                    if not isinstance(text, str) or not text.strip():
                        fault((*place, str(form)), f"{name}, {language}, {form}: is no text")
    refuse(problems)
    return WordForms(content)
