"""A uv that is too old is told so, and not that the lock file is out of date."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def set_up(tmp_path: Path, version: str) -> subprocess.CompletedProcess[str]:
    """`make setup` in an empty folder, with a uv on PATH that only says its version."""
    for name in ("pyproject.toml", "uv.lock", "Makefile"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    programs = tmp_path / "bin"
    programs.mkdir()
    stub = programs / "uv"
    stub.write_text(
        f'#!/bin/sh\ncase "$1" in --version) echo "uv {version} (2024-08-15)";; '
        '*) echo "uv is asked to $1"; exit 2;; esac\n',
        encoding="utf-8",
    )
    stub.chmod(0o755)
    environment = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"}
    return subprocess.run(
        ["make", "setup"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )


@pytest.mark.parametrize("version", ["0.2.37", "0.4.9", "0.4.26"])
def test_an_old_uv_is_told_so(tmp_path: Path, version: str) -> None:
    done = set_up(tmp_path, version)
    assert done.returncode != 0
    told = done.stdout + done.stderr
    assert f"uv {version} at" in told
    assert "too old; 0.4.27 or later is needed" in told
    assert "uv is asked" not in told


@pytest.mark.parametrize("version", ["0.4.27", "0.13.9", "1.0.0"])
def test_a_newer_uv_is_used(tmp_path: Path, version: str) -> None:
    assert "uv is asked to sync" in set_up(tmp_path, version).stdout
