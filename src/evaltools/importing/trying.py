"""Trying: whether a study would be right with tables that an import would put in their places."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from evaltools.evidence.validation import check_data
from evaltools.importing.rows import Rows
from evaltools.importing.shelf import STAGE
from evaltools.problems import refuse
from evaltools.study import Vocabulary


def check_with(
    data: Path, tables: Mapping[str, Rows], scratch: Path, vocabulary: Vocabulary | None = None
) -> None:
    """Check a study as it would be with other tables; it is to be no less right than it is.

    Arguments:
        data: the data folder; nothing in it is changed.
        tables: those that would be changed.
        vocabulary: the study's.
        scratch: a folder of the import's own, where a copy of the study is made: whatever ends the
            import, the copy goes with the rest of what it had begun.

    A study whose reports wait for their coders is not valid yet, and codings are what it lacks.

    Raises ProblemError with all that would become wrong.
    """
    with tempfile.TemporaryDirectory(prefix="trial-", dir=scratch) as folder:
        beside = Path(folder) / data.resolve().name
        shutil.copytree(
            data,
            beside,
            copy_function=_linked,
            ignore=shutil.ignore_patterns(STAGE),
        )
        for rows in tables.values():
            path = beside / rows.path
            path.unlink(missing_ok=True)  # a link: what it leads to stays as it is
            path.write_bytes(rows.content())
        wrong = check_data(beside, vocabulary)
        before = set(check_data(data, vocabulary)) if wrong else set()
        refuse(one for one in wrong if one not in before)


def _linked(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
    return target
