"""The moment that counts as now in everything that is rendered: SOURCE_DATE_EPOCH."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from evaltools.problems import Problem, ProblemError

VARIABLE = "SOURCE_DATE_EPOCH"
LATEST = 4_354_819_199
"""31 December 2107, 23:59:59 UTC: the last date that a part of a DOCX can carry (its zip)."""

_SECONDS = re.compile(r"[0-9]{1,20}", re.ASCII)


def read_epoch(environment: Mapping[str, str] | None = None) -> int:
    """Seconds since 1970 that stand for now; 0 where SOURCE_DATE_EPOCH is not set.

    Arguments:
        environment: variables to look in; those of this process if not given.

    Raises:
        ProblemError: it is no whole number of seconds, or no date that all formats can carry.
    """
    variables = os.environ if environment is None else environment
    written = variables.get(VARIABLE, "0")
    remedy = f"Set it to seconds since 1970, such as 1654214400, or unset {VARIABLE}."
    if not _SECONDS.fullmatch(written):
        shown = written if len(written) <= 40 else f"{written[:39]}…"
        what, allowed = f"{shown!r} is no number of seconds", "digits only"
    elif int(written) > LATEST:
        what, allowed = f"{written} is out of range", f"0 to {LATEST} (the end of the year 2107)"
        if len(written) > 12:
            remedy += " So many digits are milliseconds, or smaller units."
    else:
        return int(written)
    raise ProblemError([Problem(VARIABLE, what, allowed, remedy, "render.epoch")])
