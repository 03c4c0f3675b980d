"""Pipeline: the notebooks of a study are run, and what they hand over is gathered.

`run` is the entrance. It imports neither pandas nor papermill as long as there is nothing to do.
"""

from evaltools.pipeline.jobs import ENGINES, Engine
from evaltools.pipeline.notebook_reuse import NotebookState
from evaltools.pipeline.progress import Bars, Lines, Progress, best_progress
from evaltools.pipeline.run import Run, current_run, notebook_states, reason_to_run, run

__all__ = [
    "ENGINES",
    "Bars",
    "Engine",
    "Lines",
    "NotebookState",
    "Progress",
    "Run",
    "best_progress",
    "current_run",
    "notebook_states",
    "reason_to_run",
    "run",
]
