"""YAML with the place of everything in it, parsed once."""

from __future__ import annotations

from typing import Any

import yaml

from evaltools.yaml_text import check_yaml

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_marked(text: str) -> tuple[Any, Any]:
    """The content of a YAML text and its tree of nodes, which know line and column.

    Both are None for an empty text.

    Raises:
        yaml.YAMLError: it is not YAML, holds more than plain values, or what `check_yaml` refuses.
    """
    check_yaml(text)
    loader = LOADER(text)
    try:
        node = loader.get_single_node()
        return (None, None) if node is None else (loader.construct_document(node), node)
    finally:
        loader.dispose()


def node_position(name: str, node: Any) -> str:
    """`reports/waivers.yml:4:5`: where a node begins."""
    return f"{name}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"
