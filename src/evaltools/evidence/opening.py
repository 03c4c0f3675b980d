"""Opening: the one line by which a notebook gets its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaltools.evidence.descriptor import Descriptor, load_descriptor
from evaltools.evidence.evidence import Evidence
from evaltools.evidence.flaws import as_problems
from evaltools.evidence.state import data_hash, known_valid
from evaltools.evidence.tables import Reading, read_leniently
from evaltools.problems import Problem, refuse
from evaltools.study import Parameters, Study, Vocabulary, find_study


def open_evidence(
    parameters: Parameters | Mapping[str, Any], study: Study | None = None
) -> Evidence:
    """Read, check and select the evidence of the study around the current folder.

    Arguments:
        parameters: of the run; or the names of a notebook, `globals()`, after its parameters
            cell, from which those that the study declares are taken.
        study: the study; found from the current folder where it is not given.

    The data are validated unless the pipeline has done so for exactly this state of them, which
    it tells by the environment variable EVALTOOLS_VALIDATED.
    Raises ProblemError for a wrong parameter, wrong data, or a scope without reports.
    """
    study = study or find_study()
    if isinstance(parameters, Mapping):
        parameters = study.parameters_from(parameters)
    descriptor = load_descriptor(study.data)
    reading = read_leniently(study.data, descriptor)
    if reading.flaws or not known_valid(data_hash(study.data, descriptor)):
        refuse(_all_problems(reading, descriptor, study.declaration))
    return Evidence.select(study, reading.tables, parameters)


def check_data(folder: Path, vocabulary: Vocabulary | None = None) -> list[Problem]:
    """Everything that is wrong in a data folder: of its descriptor, or else its form and content.

    Arguments:
        folder: the data folder.
        vocabulary: the study's; that of a study that declares none where it is not given.

    Raises ProblemError where the descriptor itself is wrong, since then nothing can be said of
    the tables.
    """
    descriptor = load_descriptor(folder)
    return _all_problems(read_leniently(folder, descriptor), descriptor, vocabulary)


def _all_problems(
    reading: Reading, descriptor: Descriptor, vocabulary: Vocabulary | None
) -> list[Problem]:
    from evaltools.evidence.validation import find_flaws  # loads pandera, only where needed

    flaws = [*reading.flaws, *find_flaws(reading.tables, descriptor, reading.unread, vocabulary)]
    return as_problems(flaws, descriptor, reading.files)
