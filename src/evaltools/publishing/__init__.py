"""Publishing: what must hold before a report leaves the house, and the bundle that leaves it."""

from evaltools.publishing.bundle import Bundle, publish
from evaltools.publishing.earlier import earlier_bundles, indicators_of
from evaltools.publishing.gates import Candidate, Gate, own_gates, refusals
from evaltools.publishing.release_register import EarlierReleases, ReleaseRegister

__all__ = [
    "Bundle",
    "Candidate",
    "EarlierReleases",
    "Gate",
    "ReleaseRegister",
    "earlier_bundles",
    "indicators_of",
    "own_gates",
    "publish",
    "refusals",
]
