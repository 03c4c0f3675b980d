"""Makes the recount of the indicators importable: what lists and boxes say is counted again."""

import sys
from pathlib import Path

import pytest

from evaltools.evidence import Evidence, load_descriptor, read_tables
from evaltools.study import load_study

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "tests/indicators"))

SCOPES = ({}, {"calls": "2020", "wave": "2023"})


@pytest.fixture(scope="session")
def study():
    return load_study(ROOT)


@pytest.fixture(scope="session")
def tables(study):
    return read_tables(study.data)


@pytest.fixture(scope="session")
def descriptor(study):
    return load_descriptor(study.data)


@pytest.fixture(scope="session", params=SCOPES, ids=["2022", "2023"])
def evidence(request, study, tables):
    return Evidence.select(study, tables, study.parameters(request.param))
