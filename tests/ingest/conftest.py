"""Makes `data_desk` importable by the tests of this folder, and gives a desk."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from data_desk import Desk, make_data, read_stand_in
from study_desk import make_qualcoder, make_study

from evaltools.ingest import reports


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A data folder, an inbox, and a stand-in for the readers of documents."""
    monkeypatch.setattr(reports, "read_documents", read_stand_in)
    monkeypatch.setattr("os.fsync", lambda descriptor: None)  # no power is cut in a test
    (tmp_path / "inbox").mkdir()
    return Desk(make_data(tmp_path / "data"), tmp_path / "inbox")


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A small study with texts, a codebook and coders."""
    monkeypatch.setattr("os.fsync", lambda descriptor: None)  # no power is cut in a test
    return make_study(tmp_path)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A QualCoder project that two people coded."""
    return make_qualcoder(tmp_path / "hanke.qda")
