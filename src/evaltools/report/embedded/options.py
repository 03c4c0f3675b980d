"""The lists of `options.yml`: what this renderer knows, what it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def options() -> Mapping[str, Any]:
    """All lists by name."""
    text = files(__package__).joinpath("options.yml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return table


def names(key: str) -> frozenset[str]:
    """One list, as a set."""
    return frozenset(map(str, options()[key]))
