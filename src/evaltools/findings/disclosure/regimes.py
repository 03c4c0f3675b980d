"""Which indicators are sensitive, in one place.

The register of calls, grants and municipalities is public, and so are decisions on grants to
municipalities, which are legal persons: a cell of one grant may be published. What reports say
of results, obstacles and methods is coded from documents that the grantee gave a public
authority; how many reports say a thing is open as well, however few, since no report is named.
Not so what a project says under the expectation that nobody will point at it:

* `rating`: a project's own marks, for itself and for the ministry's grant. Every answer and its
  complement must be of enough projects, or follow from nothing.
* `savings`: claims that a town will be held to. The group that claims must be large enough;
  sums of fewer are withheld. On what grounds claims stand is told of all of them together, so
  a small numerator is allowed there, a small group is not.
* `critical`: words against the own result or against the steering. A share of a group smaller
  than the minimum would be read as what that town thinks.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Literal

Regime = Literal["open", "cells", "group"]
"""`open`: any number. `cells`: every count and its complement is of enough projects. `group`: the
projects that the number speaks of are enough."""

SENSITIVE: Mapping[str, Regime] = MappingProxyType(
    {
        "rating.answers.share": "cells",
        "rating.*.high.share": "cells",
        "optimism_gap.*": "cells",
        "savings.with_sum.share": "group",
        "savings.baseline.share": "group",
        "savings.method.share": "group",
        "savings.complete.share": "group",
        "savings.*.eur": "group",
        "steering.*": "group",
        "*.denied.share": "group",
    }
)
"""Patterns of keys; the first that fits holds. What no pattern fits is open."""


def regime_of(key: str) -> Regime:
    """How the indicator of that key is protected."""
    for pattern, regime in SENSITIVE.items():
        if fnmatchcase(key, pattern):
            return regime
    return "open"
