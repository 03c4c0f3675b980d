"""The study: `evaluation.yml`, its typed parameters and scenarios."""

from evaltools.study.parameters import Parameters
from evaltools.study.schema import Companion, PressRelease, ReportTarget
from evaltools.study.study import FILE_NAME, STUDY_VARIABLE, Study, find_study, load_study
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
]
