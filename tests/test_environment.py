"""The two routes to the packages may not disagree, and the run environment stays lean."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
ONLY_CONDA = {"quarto", "anywidget", "jupyterlab", "pip"}
LAB = ("anywidget", "jupyterlab")


def conda() -> dict[str, str]:
    content = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for entry in content["dependencies"]:
        for line in entry["pip"] if isinstance(entry, dict) else [entry]:
            if line != "-e .":
                name, _, least = line.partition(">=")
                found[name] = least
    return found


def project() -> dict[str, str]:
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = dict(line.split(">=") for line in content["dependencies"])
    return found | {"python": content["requires-python"].removeprefix(">=")}


def locked() -> dict[str, str]:
    packages = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    return {package["name"]: package.get("version", "") for package in packages}


def test_conda_and_pypi_ask_for_the_same_packages() -> None:
    ours = {name: least for name, least in conda().items() if name not in ONLY_CONDA}
    assert ours == project()


def test_conda_brings_the_quarto_and_jupyterlab_that_pypi_users_get_otherwise() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert groups["dependency-groups"]["lab"] == [f"{name}>={conda()[name]}" for name in LAB]
    assert conda()["quarto"] == "1.5"


def test_the_lock_satisfies_what_the_project_asks_for() -> None:
    versions = locked()
    for name, least in project().items():
        if name != "python":
            assert numbers(versions[name]) >= numbers(least), name


def test_no_jupyterlab_in_what_a_run_needs() -> None:
    assert not {"jupyterlab", "notebook"} & set(project())
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    needs = {p["name"]: [d["name"] for d in p.get("dependencies", [])] for p in lock}
    reached, waiting = set(), list(needs["evaltools"])
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += needs.get(name, [])
    assert "jupyterlab" not in reached
    assert "rfc3987-syntax" not in reached


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
