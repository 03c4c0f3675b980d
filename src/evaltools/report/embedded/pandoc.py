"""Calls the pandoc that comes with the package, shut off from everything but its input."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pypandoc

# Seconds; a report takes less than one. Some texts make any markdown reader slow.
PATIENCE = 120


@cache
def binary() -> str:
    """Path of the pandoc binary."""
    return str(pypandoc.get_pandoc_path())


class PandocError(RuntimeError):
    """Pandoc refused its input; its message is the text."""


@dataclass(frozen=True)
class Message:
    """One entry of pandoc's log.

    Arguments:
        kind: pandoc's name of it, such as `CouldNotConvertTeXMath`.
        about: what it is about: a formula, a file; empty where pandoc names nothing.
        text: what pandoc says.
    """

    kind: str
    about: str
    text: str


def pandoc(
    arguments: Sequence[str], content: str | bytes, epoch: int = 0, folder: Path | None = None
) -> tuple[bytes, tuple[Message, ...]]:
    """Run pandoc on a text.

    Arguments:
        arguments: pandoc's options.
        content: standard input.
        epoch: seconds since 1970 that stand for now.
        folder: working folder.

    Returns standard output, and what pandoc logged.
    Raises PandocError where pandoc fails.
    """
    environment = {
        "SOURCE_DATE_EPOCH": str(epoch),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "HOME": os.devnull,
        "XDG_DATA_HOME": os.devnull,
        "PATH": os.environ.get("PATH", ""),
    }
    payload = content.encode("utf-8") if isinstance(content, str) else content
    with TemporaryDirectory(prefix="evaltools-") as scratch:
        log = Path(scratch) / "log.json"
        try:
            done = subprocess.run(
                [binary(), *arguments, f"--log={log}", "--quiet"],
                input=payload,
                capture_output=True,
                env=environment,
                cwd=folder,
                check=False,
                timeout=PATIENCE,
            )
        except subprocess.TimeoutExpired as error:
            raise PandocError(f"pandoc was not done in {PATIENCE} seconds") from error
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip()
            raise PandocError(said or f"pandoc ended with status {done.returncode}")
        # Pandoc writes no log where it has nothing to say.
        entries = json.loads(log.read_text(encoding="utf-8")) if log.is_file() else []
    return done.stdout, tuple(_message(entry) for entry in entries)


def _message(entry: Mapping[str, Any]) -> Message:
    about = entry.get("contents") or entry.get("path") or entry.get("resource") or ""
    text = entry.get("message") or entry.get("pretty") or ""
    return Message(str(entry["type"]), str(about), str(text))


def read_texts(items: Sequence[dict[str, str]]) -> dict[str, list[dict[str, Any]]]:
    """Parse several texts in one run.

    Arguments:
        items: each with `name` (unique), `text` and pandoc's `format`.

    Returns the blocks of each text by its name.
    """
    reader = Path(__file__).with_name("reader.lua")
    output, _ = pandoc(["-f", str(reader), "-t", "json", "--sandbox"], json.dumps(list(items)))
    document = json.loads(output)
    return {block["c"][0][0]: block["c"][1] for block in document["blocks"]}
