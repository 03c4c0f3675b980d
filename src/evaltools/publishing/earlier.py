"""Bundles published before: differences between releases can give away what each hides."""

from __future__ import annotations

import json
from pathlib import Path

from evaltools.indicators.indicator import Indicator, from_record
from evaltools.problems import Problem, ProblemError

INDICATORS = "tables/indicators.json"
CRATE = "ro-crate-metadata.json"


def earlier_bundles(folder: Path) -> tuple[Path, ...]:
    """The bundles in a folder, sorted by name; none where there is no such folder."""
    if not folder.is_dir():
        return ()
    return tuple(sorted(path for path in folder.iterdir() if (path / CRATE).is_file()))


def indicators_of(bundle: Path) -> tuple[Indicator, ...]:
    """The indicators that a bundle published.

    Raises:
        ProblemError: the bundle does not hold them in a form that is understood.
    """
    try:
        records = json.loads((bundle / INDICATORS).read_text(encoding="utf-8"))
        return tuple(from_record(record) for record in records)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        what = f"its indicators cannot be read: {error}"
        remedy = "Take the folder away if it is no published bundle."
        raise ProblemError(
            [Problem(f"bundle {bundle.name}", what, "", remedy, "publish.earlier")]
        ) from None
