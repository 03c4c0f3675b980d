"""What many functions ask of the same evidence, worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import pandas as pd

if TYPE_CHECKING:
    from evaltools.evidence.selection import Evidence

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def computed_once(
    function: Callable[Concatenate[Evidence, _Given], _Result],
) -> Callable[Concatenate[Evidence, _Given], _Result]:
    """A function of evidence, which does not change, that remembers what it gave.

    Its other arguments must be hashable. Frames and mappings are handed out as copies; anything
    else that it gives must be something that nobody changes.
    """

    @wraps(function)
    def once(evidence: Evidence, /, *given: _Given.args, **named: _Given.kwargs) -> _Result:
        own = vars(evidence).setdefault("_computed_once", {})  # it goes when the evidence goes
        key = (function, given, tuple(sorted(named.items())))
        if key not in own:
            own[key] = function(evidence, *given, **named)
        result: _Result = own[key]
        return result.copy() if isinstance(result, pd.DataFrame | dict) else result  # type: ignore[return-value]

    return once
