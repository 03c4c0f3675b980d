"""Makes `data_desk` importable by the tests of this folder, and gives a desk."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from data_desk import Desk, make_data, read_stand_in

from evaltools.importing import reports


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A data folder, an inbox, and a stand-in for the readers of documents."""
    monkeypatch.setattr(reports, "read_documents", read_stand_in)
    monkeypatch.setattr("os.fsync", lambda descriptor: None)  # no power is cut in a test
    (tmp_path / "inbox").mkdir()
    return Desk(make_data(tmp_path / "data"), tmp_path / "inbox")
