"""The crate before the public RO-Crate validator, which lives in an environment of its own.

Named by EVALTOOLS_CRATE_VALIDATOR. It works offline: the JSON-LD context that it would fetch is
put into its cache, from the copy that the rocrate library brings. That copy is of RO-Crate 1.3,
which kept the terms of 1.1 that the crate uses.
"""

from __future__ import annotations

import json
import os
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from evaltools.publish.bundle import Bundle

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PROFILES = ("ro-crate-1.1", "process-run-crate-0.5")


@pytest.fixture(scope="module")
def validator(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The program, and a cache that holds the context."""
    named = os.environ.get("EVALTOOLS_CRATE_VALIDATOR")
    if not named:
        message = (
            "no RO-Crate validator: make an environment with roc-validator 0.13.0 and set "
            "EVALTOOLS_CRATE_VALIDATOR to its rocrate-validator"
        )
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    program = Path(named)
    cache = tmp_path_factory.mktemp("validator") / "cache"
    seed = Path(__file__).with_name("seed_validator_cache.py")
    held = str(files("rocrate") / "data" / "ro-crate.jsonld")
    python = program.with_name("python")
    subprocess.run([python, seed, cache, CONTEXT, held], check=True, capture_output=True)
    return program, cache


def complaints(validator: tuple[Path, Path], crate: Path, profile: str, out: Path) -> list[str]:
    """Requirements that the crate does not meet."""
    program, cache = validator
    command = [program, "--no-interactive", "--disable-color", "validate", crate, "--offline",
               "--cache-path", cache, "--profile-identifier", profile, "--requirement-severity",
               "required", "--output-format", "json", "--output-file", out]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    assert out.is_file(), done.stdout + done.stderr
    report = json.loads(out.read_text("utf-8"))
    found = [str(issue["message"]) for issue in report["issues"]]
    assert bool(found) == (done.returncode != 0), done.stdout + done.stderr
    return found


@pytest.mark.parametrize("profile", PROFILES)
def test_the_bundle_meets_every_requirement_of_the_profile(
    validator: tuple[Path, Path], bundle: Bundle, tmp_path: Path, profile: str
) -> None:
    assert complaints(validator, bundle.folder, profile, tmp_path / "report.json") == []


def test_the_validator_notices_a_crate_that_lost_its_licence(
    validator: tuple[Path, Path], own: Bundle, tmp_path: Path
) -> None:
    path = own.folder / "ro-crate-metadata.json"
    content = json.loads(path.read_text("utf-8"))
    for entity in content["@graph"]:
        entity.pop("license", None)
    path.write_text(json.dumps(content), "utf-8")
    assert complaints(validator, own.folder, "ro-crate-1.1", tmp_path / "report.json")
