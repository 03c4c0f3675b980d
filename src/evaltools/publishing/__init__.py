"""Publishing: what must hold before a report leaves the house, and the bundle that leaves it."""

from evaltools.publishing.bundle import Bundle, publish
from evaltools.publishing.candidate import Candidate, Gate, refusals
from evaltools.publishing.gates import own_gates
from evaltools.publishing.release_register import (
    EarlierReleases,
    ReleaseRegister,
    earlier_bundles,
)

__all__ = [
    "Bundle",
    "Candidate",
    "EarlierReleases",
    "Gate",
    "ReleaseRegister",
    "earlier_bundles",
    "own_gates",
    "publish",
    "refusals",
]
