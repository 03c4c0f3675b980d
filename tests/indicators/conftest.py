"""Makes `handmade`, the programme counted by hand, importable by the tests of this folder; and the
study of this repository with its tables, read once for all of them.
"""

import sys
from pathlib import Path
from typing import Any

import pytest

from evaltools.evidence import Evidence, read_tables
from evaltools.indicators import effects, steering
from evaltools.study import Study, load_study

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def study() -> Study:
    return load_study(Path(__file__).parents[2])


@pytest.fixture(scope="session")
def tables(study: Study) -> dict[str, Any]:
    return dict(read_tables(study.data))


@pytest.fixture(scope="module")
def select(study: Study, tables: dict[str, Any]) -> Any:
    found = {}

    def made(**values):
        if str(values) not in found:
            found[str(values)] = Evidence.select(study, tables, study.parameters(values))
        return found[str(values)]

    return made


@pytest.fixture(scope="module")
def computed(select: Any) -> Any:
    found = {}

    def made(**values):
        if str(values) not in found:
            evidence = select(**values)
            found[str(values)] = [*effects.compute(evidence), *steering.compute(evidence)]
        return found[str(values)]

    return made
