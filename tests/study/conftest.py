from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from evaltools.study import Study, load_study

TEXT = "{fi: a, sv: a, en: a}"

SMALL = f"""
name: small
title: {TEXT}
short_title: {TEXT}
subtitle: {TEXT}
publisher: {TEXT}
data: data
parameters:
  wave:
    type: choice
    default: "2022"
    choices: {{"2022": {TEXT}, "2023": {TEXT}}}
    label: {TEXT}
    help: {TEXT}
  calls:
    type: choices
    default: ["2019"]
    choices: {{"2019": {TEXT}, "2020": {TEXT}}}
    label: {TEXT}
    help: {TEXT}
  cutoff:
    type: date
    default: {{by: wave, values: {{"2022": 2022-04-30, "2023": 2023-04-30}}}}
    minimum: 2019-01-01
    maximum: 2026-12-31
    label: {TEXT}
    help: {TEXT}
  confidence:
    type: number
    default: 0.95
    minimum: 0.5
    maximum: 0.999
    label: {TEXT}
    help: {TEXT}
  minimum_cell:
    type: integer
    default: 5
    minimum: 1
    maximum: 50
    label: {TEXT}
    help: {TEXT}
scenarios:
  later: {{help: {TEXT}, parameters: {{wave: "2023"}}}}
  later_strict: {{help: {TEXT}, based_on: later, parameters: {{confidence: 0.99}}}}
notebooks: []
reports: {{}}
"""


@pytest.fixture
def small() -> str:
    return SMALL


@pytest.fixture
def write_study(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        (tmp_path / "evaluation.yml").write_text(textwrap.dedent(text), encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture
def study(write_study: Callable[[str], Path]) -> Study:
    return load_study(write_study(SMALL))
