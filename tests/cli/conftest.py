"""A small study to spoil, and permissions that hold for root as well."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "publish"))

from permissions import permissions_hold
from published_study import write_sources

from evaltools.cli import main

ROOT = Path(__file__).parents[2]


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study of three tables and one notebook, in whose folder the program is run."""
    root = tmp_path / "study"
    write_sources(root, example=True)
    monkeypatch.delenv("EVALTOOLS_STUDY", raising=False)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example study, whose tables can be read, without anything built."""
    root = tmp_path / "example"
    root.mkdir()
    for name in ("data", "notebooks", "evaluation.yml", "uv.lock"):
        (root / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "reports", root / "reports", ignore=shutil.ignore_patterns("_build"))
    monkeypatch.delenv("EVALTOOLS_STUDY", raising=False)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def told() -> Callable[..., list[str]]:
    """Run a command that must fail: the lines that it says, none of them a traceback."""

    def run(*arguments: str) -> list[str]:
        with permissions_hold():
            result: Result = CliRunner().invoke(main, list(arguments))
        assert isinstance(result.exception, SystemExit), (arguments, result.exception)
        assert result.exit_code == 1, (arguments, result.output)
        lines = result.output.splitlines()
        assert "nothing was changed" in lines[-1], result.output
        return lines[:-1]

    return run
