"""What a kernel has to know of its notebook, and what its replies say; light, for both sides."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

CONTRACT = "contract.json"
"""Name of the contract in the private folder of a kernel."""
FIELD = "evaltools"
"""Where a reply holds what this module adds."""


@dataclass(frozen=True)
class Contract:
    """What a kernel has to know of its notebook.

    Arguments:
        megabytes: memory that it may take.
        injected: source of the cell that sets the parameters.
        parameters: their names.
        chapter: module whose `compute` the notebook hands over; empty when it has none.
    """

    megabytes: int = 4096
    injected: str = ""
    parameters: tuple[str, ...] = ()
    chapter: str = ""

    def write(self, folder: Path) -> None:
        """Put it where the kernel finds it."""
        (folder / CONTRACT).write_text(json.dumps(asdict(self)), encoding="utf-8")


def read_contract(folder: Path) -> Contract:
    """The contract that was put into the private folder of a kernel."""
    values = json.loads((folder / CONTRACT).read_text(encoding="utf-8"))
    return Contract(**{**values, "parameters": tuple(values["parameters"])})
