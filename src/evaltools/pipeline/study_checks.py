"""Checks of a study before anything runs: its data, its keywords, and what parameters leave."""

from __future__ import annotations

from evaltools.coding.suggestions import read_keywords
from evaltools.evidence import Descriptor, Evidence, check_data, load_descriptor, read_tables
from evaltools.problems import ProblemError, refuse
from evaltools.study import Parameters, Study


def check_study(study: Study) -> str:
    """Check all data of the study.

    Returns:
        One line that says what was checked.

    Raises:
        ProblemError: everything that is wrong.
    """
    refuse(check_data(study.data, study.declaration))
    descriptor = load_descriptor(study.data)
    _check_keywords(study, descriptor)
    kind = ", example data" if descriptor.example else ""
    return f"{len(descriptor.resources)} tables are valid{kind}."


def check_scope(study: Study, parameters: Parameters) -> None:
    """Refuse parameters that leave nothing to examine before any notebook starts.

    Data whose form is wrong are told whole, with what is wrong in their content.
    """
    try:
        tables = read_tables(study.data, load_descriptor(study.data))
    except ProblemError:
        refuse(check_data(study.data, study.declaration))
        raise
    Evidence.select(study, tables, parameters)


def _check_keywords(study: Study, descriptor: Descriptor) -> None:
    """Refuse patterns of keywords that cannot be read; the form of their table has been checked."""
    tables = read_tables(study.data, descriptor)
    found = [each for each in descriptor.resources if each.name == "keywords"]
    if found:
        read_keywords(tables["keywords"], f"{study.declaration.data}/{found[0].path}")
