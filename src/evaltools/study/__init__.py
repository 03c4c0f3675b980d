"""The study: `evaluation.yml`, its typed parameters and scenarios."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from evaltools.study.place import FILE_NAME, STUDY_VARIABLE, locate_study

if TYPE_CHECKING:
    from evaltools.study.parameters import Parameters
    from evaltools.study.schema import Companion, PressRelease, ReportTarget
    from evaltools.study.study import Study, find_study, load_study
    from evaltools.study.vocabulary import LANGUAGES, Language, Role, Text, Vocabulary

__all__ = [
    "FILE_NAME",
    "LANGUAGES",
    "STUDY_VARIABLE",
    "Companion",
    "Language",
    "Parameters",
    "PressRelease",
    "ReportTarget",
    "Role",
    "Study",
    "Text",
    "Vocabulary",
    "find_study",
    "load_study",
    "locate_study",
]

_HOMES = {
    "Companion": "schema",
    "Parameters": "parameters",
    "PressRelease": "schema",
    "ReportTarget": "schema",
    "Study": "study",
    "find_study": "study",
    "load_study": "study",
    **dict.fromkeys(("LANGUAGES", "Language", "Role", "Text", "Vocabulary"), "vocabulary"),
}


def __getattr__(name: str) -> Any:
    # On demand, so that a command with nothing to do loads no pydantic.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
