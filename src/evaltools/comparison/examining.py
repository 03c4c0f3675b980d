"""Examining two runs: compare them, find the earlier state, and tell why they differ."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from evaltools.comparison.attribution import Attribution, attribute
from evaltools.comparison.comparison import Comparison, compare, relation_of
from evaltools.comparison.pairs import pairs_of
from evaltools.comparison.sources import earlier, other_data, revision_with
from evaltools.provenance.recorded import Recorded

if TYPE_CHECKING:
    from evaltools.study import Study


def examine(
    study: Study,
    old: Recorded,
    new: Recorded,
    data: str = "",
    code: str = "",
    causes: bool = True,
) -> tuple[Comparison, Attribution | None]:
    """Compare two runs and attribute what changed.

    Arguments:
        study: of the newer run.
        old, new: the two.
        data: where the data of the older run are: a folder, a bundle, or a revision of the
            study's repository. Where it is not given and the data changed, the history of the
            repository is searched for them.
        code: where its code is: a folder or a revision. It is executed, so it is only looked
            for where it is given.
        causes: rerun to tell why; without it only what changed is told.

    Raises:
        ProblemError: a place that is none, or code that fails.
    """
    with ExitStack() as stack:
        state = _state(study, old, data, stack)
        version = stack.enter_context(earlier(code, study.root)) if code else None
        places = [place for place in (state, old.folder, new.folder) if place is not None]
        pairs = None
        if relation_of(old, new) != "disjoint":
            pairs = pairs_of(study, old, new, places)
        made = compare(old, new, study, pairs)
        if not causes:
            return made, None
        return made, attribute(study, old, new, state, version, made)


def _state(study: Study, old: Recorded, data: str, stack: ExitStack) -> Path | None:
    """The earlier state: where it is said to be, or else in the history of the repository."""
    if data:
        return stack.enter_context(earlier(data, study.root))
    differing = other_data(old.ingredients, study.data)
    if not differing:
        return None
    revision = revision_with(old.ingredients, study.root, differing)
    return stack.enter_context(earlier(revision, study.root)) if revision else None
