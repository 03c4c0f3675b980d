"""Execute: the notebooks of a study are run, and what they hand over is gathered.

`run` is the entrance. It imports neither pandas nor papermill as long as there is nothing to do.
"""

from evaltools.execute.interrupts import note_interrupts
from evaltools.execute.jobs import ENGINES, Engine
from evaltools.execute.progress import Bars, Lines, Progress, best_progress
from evaltools.execute.run import Run, current_run, run, why_not_current

__all__ = [
    "ENGINES",
    "Bars",
    "Engine",
    "Lines",
    "Progress",
    "Run",
    "best_progress",
    "current_run",
    "note_interrupts",
    "run",
    "why_not_current",
]
