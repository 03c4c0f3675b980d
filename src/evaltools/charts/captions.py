"""Captions of figures and tables in the outputs of a notebook."""

from __future__ import annotations

from typing import Any, Final

CAPTION_TYPE: Final = "application/vnd.evaltools.caption+json"
CAPTION_METADATA: Final = {"evaltools": {"role": "caption"}}


def show(bundle: dict[str, Any], caption: str, metadata: dict[str, Any] | None = None) -> None:
    """Display an output, and below it its caption for the person in JupyterLab."""
    from IPython.display import display  # is there in a kernel only

    display(bundle, raw=True, metadata=metadata or {})  # type: ignore[no-untyped-call]
    below = {"text/markdown": caption}
    display(below, raw=True, metadata=dict(CAPTION_METADATA))  # type: ignore[no-untyped-call]
