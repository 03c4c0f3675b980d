"""Where a number comes from in the code: what its function says of itself, and its sources."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from importlib import import_module
from typing import Any

SCOPE = ("calls", "wave", "cutoff", "region", "municipality_group")
"""Parameters that decide what is in scope, and so everything."""
PRESENTING = ("language", "estimand")
"""Parameters that change how a number is shown, and not the number."""
METHODS = {
    "wilson": "evaltools.statistics.intervals.wilson",
    "wilson, clustered by project": "evaltools.indicators.clustered.clustered_shares",
    "hypergeometric": "evaltools.statistics.intervals.hypergeometric",
    "bounds": "evaltools.statistics.intervals.bounds",
    "newcombe": "evaltools.statistics.intervals.newcombe",
    "newcombe, paired": "evaltools.indicators.optimism.newcombe_paired",
    "newcombe, paired, any table": "evaltools.indicators.optimism.gap_limits",
    "goodman": "evaltools.statistics.intervals.simultaneous_intervals",
    "rewired": "evaltools.statistics.networks.rewired_clustering",
}
"""Which function makes the limits of a method."""

_SOURCE = re.compile(r"^\s*(?:Source|Sources):(.*?)(?:\n\s*\n|\Z)", re.DOTALL | re.MULTILINE)
_ASKED = re.compile(r"\bparameters\.([a-z_]+)")
_READS = {
    "coder_rule": re.compile(r"\bpresence\b|\blinked\b|\bcount_states\b"),
    "allocation": re.compile(r"\ballocations\b"),
}


@dataclass(frozen=True)
class Origin:
    """What a function says of itself.

    Arguments:
        name: dotted name.
        says: first sentence of its description; empty where it is not in this version.
        sources: what it is based on, as its description names it.
        parameters: parameters that its module asks for.
    """

    name: str
    says: str
    sources: tuple[str, ...]
    parameters: tuple[str, ...]


def origin_of(name: str) -> Origin:
    """What a function of this package says of itself.

    Arguments:
        name: dotted name, as `source` of an indicator gives it.
    """
    module_name, _, function = name.rpartition(".")
    if not module_name.startswith("evaltools."):
        return Origin(name, "", (), ())
    try:
        module = import_module(module_name)
    except ModuleNotFoundError:
        return Origin(name, "", (), ())
    found: Any = getattr(module, function, None)
    text = inspect.getdoc(found) or "" if found is not None else ""
    code = inspect.getsource(module)
    asked = set(_ASKED.findall(code)) - {"as_values", "declarations"}
    asked |= {parameter for parameter, pattern in _READS.items() if pattern.search(code)}
    return Origin(
        name,
        " ".join(text.split("\n\n")[0].split()),
        tuple(" ".join(match.split()) for match in _SOURCE.findall(text)),
        tuple(sorted(asked - {*SCOPE, *PRESENTING})),
    )
