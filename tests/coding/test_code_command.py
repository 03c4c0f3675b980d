from __future__ import annotations

import json
import socket

import pytest
from click.testing import CliRunner

from evaltools.cli import lab, main
from evaltools.pipeline.jupyterlab import open_notebook, write_coding_notebook
from evaltools.problems import ProblemError
from evaltools.study import Study


def test_a_coder_that_is_not_there_is_told_with_those_that_are(
    small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main.commands["code"] is lab.code
    monkeypatch.setenv("EVALTOOLS_STUDY", str(small_study.root))
    found = CliRunner().invoke(main, ["code", "coder-9"])
    assert found.exit_code == 1
    assert "coder-1, coder-2, consensus" in found.output
    assert "Add a line to data/coding/coders.csv" in found.output
    assert not (small_study.data / "coding" / "coders").exists()
    found = CliRunner().invoke(main, ["code", "--disagreements"])
    assert "no document has been read whole" in found.output
    assert CliRunner().invoke(main, ["code"]).exit_code == 2


def test_a_notebook_that_is_there_is_left_alone(small_study: Study) -> None:
    path = write_coding_notebook(small_study, "coder-1", 1, "sv", None)
    assert path.parent == small_study.build / "lab" / "coding-coder-1"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert "CodingPanel(coder='coder-1', round=1, language='sv')" in cells[1]["source"]
    path.write_text("mine", encoding="utf-8")
    assert write_coding_notebook(small_study, "coder-1", 1, "sv", None) == path
    assert path.read_text(encoding="utf-8") == "mine"
    assert write_coding_notebook(small_study, "coder-1", 1, "sv", "p1-final") != path


def test_a_port_that_is_taken_is_not_exchanged_for_another(
    small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaltools.pipeline.jupyterlab._find_jupyterlab", lambda: small_study.root)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ProblemError, match="is taken"):
            open_notebook(small_study, small_study.root / "x.ipynb", taken.getsockname()[1], False)
