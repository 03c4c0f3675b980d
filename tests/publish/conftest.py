"""Candidates for publishing and a published bundle; makes `published_study` importable."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from published_study import make_candidate, published, whole_report

from evaltools.publish.bundle import Bundle
from evaltools.publish.gates import Candidate


@pytest.fixture(scope="session")
def files() -> dict[str, bytes]:
    """The report in its formats, as it should be."""
    return whole_report()


@pytest.fixture
def make(tmp_path: Path, files: dict[str, bytes]) -> Callable[..., Candidate]:
    """A candidate; `html`, `pdf` and `docx` replace its files, `example` says of its data."""

    def build(name: str = "study", example: bool = True, **report: bytes) -> Candidate:
        given = {f"tiny-fi.{suffix}": content for suffix, content in report.items()}
        return make_candidate(tmp_path / name, {**files, **given}, example)

    return build


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> Bundle:
    """A bundle that was published; only to be read."""
    folder = tmp_path_factory.mktemp("published")
    return published(make_candidate(folder / "study", files), folder / "bundle")


@pytest.fixture
def own(bundle: Bundle, tmp_path: Path) -> Bundle:
    """A copy of the bundle to do anything with."""
    shutil.copytree(bundle.folder, tmp_path / "bundle")
    return replace(bundle, folder=tmp_path / "bundle")
