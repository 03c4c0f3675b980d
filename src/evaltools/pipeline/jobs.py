"""What passes between the pipeline, a worker process and a kernel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

SAFE_TO_FORK = (
    "evaltools",
    "numpy",
    "pandas",
    "scipy",
    "matplotlib",
    "networkx",
    "statsmodels",
    "babel",
)
"""Packages that may be loaded before forking: they start no threads and hold no state."""

Engine = Literal["forked", "spawned"]
"""How a notebook gets its kernel: forked from a process that has imported what notebooks need,
or spawned afresh. Both are driven by papermill, and their outputs are the same."""
ENGINES: tuple[Engine, ...] = get_args(Engine)


@dataclass(frozen=True)
class Limits:
    """Wall-clock limits in seconds; output in characters a cell; memory in megabytes."""

    notebook: float = 300.0
    cell: float = 300.0
    output: int = 20_000_000
    memory: int = 4096


@dataclass(frozen=True)
class Job:
    """One notebook to execute.

    It is called by its path below the study. The executed notebook is written also when it fails;
    parameters are plain JSON values; declared inputs and the data folder are told as paths below
    the study; the chapter is the module whose `compute` the notebook hands over, if it has one.
    Without a kernel server, whose socket is given, the kernel is spawned.
    """

    name: str
    source: str
    output: str
    study: str
    parameters: Mapping[str, Any]
    environment: Mapping[str, str]
    limits: Limits = Limits()
    kernel_server: str = ""
    inputs: tuple[str, ...] = ()
    data: str = ""
    chapter: str = ""


CONTRACT = "contract.json"
"""Name of the contract in the private folder of a kernel."""
FIELD = "evaltools"
"""Where a reply holds what this module adds."""


@dataclass(frozen=True)
class KernelContract:
    """What a kernel has to know of its notebook: how many megabytes it may take, the source of the
    cell that sets the parameters, their names, and the module whose `compute` it hands over.
    """

    megabytes: int = 4096
    injected: str = ""
    parameters: tuple[str, ...] = ()
    chapter: str = ""

    def write(self, folder: Path) -> None:
        """Put it where the kernel finds it."""
        (folder / CONTRACT).write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> KernelContract:
        """The contract that was put into the private folder of a kernel."""
        values = json.loads((folder / CONTRACT).read_text(encoding="utf-8"))
        return cls(**{**values, "parameters": tuple(values["parameters"])})
