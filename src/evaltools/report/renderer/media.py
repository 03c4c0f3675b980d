"""Pictures of a document, brought into one folder, the right kind for each format."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from evaltools.report.renderer.located_problems import resolve_path

KINDS = {".svg", ".png", ".jpg", ".jpeg"}
# Marks a picture that is in the media folder already; sources cannot hold the character.
STAGED = "\ue01f"
_SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_ACTIVE = re.compile(
    rb"<\s*(?:script|foreignObject|iframe|object|embed|handler)\b|<!ENTITY|<[^>]*\son[a-z]+\s*=",
    re.IGNORECASE,
)
_OUTSIDE = tuple(
    re.compile(pattern, re.IGNORECASE)  # apart, since each begins with letters to look for
    for pattern in (
        rb"""href\s*=\s*["']\s*(?!#|data:image/(?:png|jpeg);)""",
        rb"""url\(\s*["']?\s*(?!#)""",
        rb"@import",
        rb"<\?xml-stylesheet",
    )
)


@lru_cache(maxsize=256)  # sources are checked before they are rendered
def find_active_content(svg: bytes) -> str:
    """What in an SVG could run or load something, as the end of a sentence; empty if nothing.

    Images cannot run scripts where `<img>` shows them; but a reader may open the file itself.
    """
    if _ACTIVE.search(svg):
        return "holds a script or other active content"
    outside = any(pattern.search(svg) for pattern in _OUTSIDE)
    return "refers to something outside itself" if outside else ""


def write_picture(folder: Path, payload: bytes, suffix: str) -> str:
    """Write a picture into a folder under a name made of its content, which is returned."""
    name = f"{hashlib.sha256(payload).hexdigest()[:16]}{suffix}"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / name).is_file():  # formats that are made at once share the folder
        fresh = folder / f".{os.getpid()}-{name}"
        fresh.write_bytes(payload)
        fresh.replace(folder / name)
    return name


@dataclass(frozen=True)
class Media:
    """Finds pictures and copies them under names made of their content.

    Arguments:
        project: project folder. base: the document's folder. folder: where pictures are gathered.
    """

    project: Path
    base: Path
    folder: Path

    def for_cell(self, names: str, format_name: str) -> tuple[str, str]:
        """The picture of a notebook's output for a format: its name, or what is wrong."""
        order = [".png", ".jpg"] if format_name == "docx" else [".svg", ".png", ".jpg"]
        for suffix in order:
            for name in names.split():
                if name.endswith(suffix):
                    return name, ""
        return "", "there is no PNG beside the SVG, and Word needs one"

    def for_document(self, written: str, format_name: str) -> tuple[str, str]:
        """A picture that the document names: its name in the media folder, or what is wrong."""
        if _SCHEME.match(written):
            return "", f"image {written[:60]} is not a file of the project"
        # Pandoc gives a name as an address, blanks as %20; a name may hold a percent sign, too.
        path = resolve_path(self.project, self.base, unquote(written))
        if path is not None and not path.is_file() and "%" in written:
            as_written = resolve_path(self.project, self.base, written)
            path = as_written if as_written is not None and as_written.is_file() else path
        image = f"image {unquote(written)}"
        if path is None:
            return "", f"{image} leaves the project folder"
        suffix = path.suffix.lower()
        if suffix not in KINDS:
            return "", f"{image} is none of {', '.join(sorted(KINDS))}"
        if format_name == "docx" and suffix == ".svg":
            path, suffix = path.with_suffix(".png"), ".png"
            if not path.is_file():
                return "", f"{image} has no PNG beside it, and Word needs one"
        if not path.is_file():
            return "", f"{image}: there is no such file"
        payload = path.read_bytes()
        if suffix == ".svg" and (active := find_active_content(payload)):
            return "", f"{image} {active}"
        return write_picture(self.folder, payload, suffix.replace("jpeg", "jpg")), ""
