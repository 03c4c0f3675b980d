"""Makes `run_folders` importable by the tests of this folder, and gives one of each kind."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from run_folders import make_bundle, make_report, make_run


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """A run."""
    return make_run(tmp_path / "runs" / "0123456789abcdef")


@pytest.fixture
def report_folder(tmp_path: Path, run_folder: Path) -> Path:
    """A report of the run."""
    return make_report(tmp_path / "report", run_folder)


@pytest.fixture
def bundle_folder(tmp_path: Path, run_folder: Path) -> Path:
    """A bundle of the run."""
    return make_bundle(tmp_path / "bundle", run_folder)
