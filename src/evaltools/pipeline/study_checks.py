"""Checks of a study before anything runs: its data, its keywords, and what parameters leave."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from evaltools.coding.suggestions.keywords import read_keywords
from evaltools.evidence import Descriptor, Evidence, check_data, load_descriptor, read_tables
from evaltools.evidence.known_tables import columns_read, is_text_column, known_tables
from evaltools.evidence.validation import find_improbable
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.study import Parameters, Study


def check_study(study: Study) -> str:
    """Check all data of the study.

    Returns:
        A line that says what was checked, one that names the columns that nothing reads, and one
        for each value that is improbable and may be right.

    Raises:
        ProblemError: everything that is wrong.
    """
    refuse([*check_data(study.data, study.declaration), *_wrong_scenarios(study)])
    descriptor = load_descriptor(study.data)
    tables = read_tables(study.data, descriptor)
    for table in descriptor.resources:  # the form of each has been checked; now of the patterns
        if table.name == "keywords":
            read_keywords(tables["keywords"], f"{study.declaration.data}/{table.path}")
    kind = ", example data" if descriptor.example else ""
    count = len(descriptor.resources)
    told = f"{count} table{' is' if count == 1 else 's are'} valid{kind}."
    lines = [told]
    if unread := ", ".join(_unread(study, descriptor)):
        lines.append(f"No chapter reads {unread}.")
    if improbable := find_improbable(tables, descriptor, study.declaration):
        number = len(improbable)
        lines.append(
            "Improbable, and not refused: one value."
            if number == 1
            else f"Improbable, and not refused: {number} values."
        )
        lines += [f"warning: {one}" for one in improbable]
    return "\n".join(lines)


def _wrong_scenarios(study: Study) -> Iterator[Problem]:
    """What is wrong in the files of saved scenarios; those declared are checked on reading."""
    for name in study.scenario_names:
        try:
            study.scenario_values(name)
        except ProblemError as error:
            yield from error.problems


def _unread(study: Study, descriptor: Descriptor) -> Iterator[str]:
    """Columns of known tables that neither the engine knows nor the study declares."""
    declared = study.declaration
    named = {one.column for one in declared.dimensions.values()}
    sources = {one.table_column for one in declared.parameters.values()}
    sources.add(declared.reports_due.after if declared.reports_due else None)
    for table in descriptor.resources:
        if table.name not in known_tables():
            continue
        read = {*columns_read(table.name), *named}
        for name, told in zip(table.field_names, table.own_names, strict=True):
            source = f"{table.name}.{name}"
            if name not in read and source not in sources and not is_text_column(name):
                yield f"{table.own_name}.{told}"


def check_scope(study: Study, parameters: Parameters) -> dict[str, pd.DataFrame]:
    """Refuse parameters that leave nothing to examine before any notebook starts.

    Data whose form is wrong are told whole, with what is wrong in their content.

    Returns:
        The tables of the study, by name.
    """
    try:
        tables = read_tables(study.data, load_descriptor(study.data))
    except ProblemError:
        refuse(check_data(study.data, study.declaration))
        raise
    Evidence.select(study, tables, parameters)
    return tables
