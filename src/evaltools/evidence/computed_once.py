"""What many functions ask of the same evidence, or of the same tables, worked out once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd

KEPT = "_computed_once"
"""Where evidence has what was worked out from it; it goes when the evidence goes."""

_Evidence = TypeVar("_Evidence")
_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def computed_once(
    function: Callable[Concatenate[_Evidence, _Given], _Result],
) -> Callable[Concatenate[_Evidence, _Given], _Result]:
    """A function of evidence, which does not change, that remembers what it gave.

    Its other arguments must be hashable. Frames and mappings are handed out as copies; anything
    else that it gives must be something that nobody changes.
    """

    @wraps(function)
    def once(evidence: _Evidence, /, *given: _Given.args, **named: _Given.kwargs) -> _Result:
        own = vars(evidence).setdefault(KEPT, {})
        key = (function, given, tuple(sorted(named.items())))
        return _keep(own, key, lambda: function(evidence, *given, **named))

    return once


class DerivingTables(Mapping[str, pd.DataFrame]):
    """Tables that do not change, with what functions of `once_of_tables` worked out from them."""

    def __init__(self) -> None:
        self.derived: dict[Hashable, Any] = {}


def once_of_tables(
    function: Callable[Concatenate[Mapping[str, pd.DataFrame], _Given], _Result],
) -> Callable[Concatenate[Mapping[str, pd.DataFrame], _Given], _Result]:
    """A function of tables, and not of parameters, that remembers what it gave of a study's.

    Its other arguments are texts, or objects told apart by which they are. Of tables that may
    change it is worked out each time.
    """

    @wraps(function)
    def once(
        tables: Mapping[str, pd.DataFrame], /, *given: _Given.args, **named: _Given.kwargs
    ) -> _Result:
        if not isinstance(tables, DerivingTables):
            return function(tables, *given, **named)
        key = (function, *(one if isinstance(one, str) else id(one) for one in given))
        # Kept with its arguments, so that none of them leaves its identity to another.
        found = _keep(tables.derived, key, lambda: (function(tables, *given, **named), given))
        return _hand_out(found[0])

    return once


def _keep(kept: dict[Hashable, Any], key: Hashable, compute: Callable[[], _Result]) -> _Result:
    if key not in kept:
        kept[key] = compute()
    found: _Result = kept[key]
    return _hand_out(found)


def _hand_out(result: _Result) -> _Result:
    """What may be changed by whoever gets it: pandas copies the values when that is done."""
    if isinstance(result, pd.DataFrame):
        return result.copy(deep=False)
    return result.copy() if isinstance(result, dict) else result  # type: ignore[return-value]
