"""Images of a document, brought under neutral names to where they are set."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from evaltools.problems import Problem, refuse
from evaltools.report.embedded.ast import Node, rewrite
from evaltools.report.embedded.context import Context
from evaltools.report.embedded.print_checks import located
from evaltools.report.embedded.print_tree import walk

PRINT_KINDS = (".svg", ".png", ".jpg", ".jpeg")
WORD_KINDS = (".png", ".jpg", ".jpeg")


def stage_images(tree: Node, context: Context, folder: Path, kinds: tuple[str, ...]) -> Node:
    """Copy every image into a folder and name it there by its content.

    Arguments:
        tree: pandoc's JSON tree; image paths are relative to `context.media`.
        context: surroundings of the document.
        folder: where to copy to.
        kinds: file name endings that the format takes, best first. An image of another kind
            is taken from the file beside it that has the same stem and a fitting ending.

    Returns the tree with the new names, which hold nothing of this machine.
    Raises ProblemError naming every image that is missing, remote, of an unknown kind, or
    outside the project.
    """
    problems: list[Problem] = []
    names: dict[str, str] = {}
    for node, place in walk(tree):
        if node["t"] != "Image":
            continue
        source = node["c"][2][0]
        if source in names:
            continue
        file = next(_candidates(source, context, kinds), None)
        if file is None:
            problems.append(
                Problem(
                    located(context, place),
                    f"the image {source} cannot be used",
                    allowed="a file of the project ending in " + ", ".join(kinds),
                    remedy="Check its path and kind",
                    code="render.image",
                )
            )
            continue
        content = file.read_bytes()
        name = hashlib.sha256(content).hexdigest()[:16] + file.suffix.lower()
        (folder / name).write_bytes(content)
        names[source] = name
    refuse(problems)

    def renamed(node: Node) -> list[Node] | None:
        if node["t"] != "Image":
            return None
        attribute, text, (source, title) = node["c"]
        return [{"t": "Image", "c": [attribute, text, [names[source], title]]}]

    return {**tree, "blocks": rewrite(tree["blocks"], renamed)}


def _candidates(source: str, context: Context, kinds: tuple[str, ...]) -> Iterator[Path]:
    """Files that may stand for an image, best first; none leaves the project or its media."""
    if "://" in source or source.startswith("data:"):
        return
    roots = (context.media.resolve(), context.project.resolve())
    for base in roots:
        path = base / unquote(source)
        own = path.suffix.lower()
        order = (own, *(kind for kind in kinds if kind != own)) if own in kinds else kinds
        for kind in order:
            file = path.with_suffix(kind).resolve()
            if file.is_file() and any(file.is_relative_to(root) for root in roots):
                yield file
