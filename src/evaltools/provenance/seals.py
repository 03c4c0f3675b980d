"""Seals: the hash that a record carries of itself, so that an edit of it shows.

A seal is no signature: whoever changes a record can seal it anew. It tells damage and careless
edits; against forgery, publish the hash of the record where nobody can change it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evaltools.provenance.hashes import hash_value

SEAL = "seal"


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """The record with its seal.

    Arguments:
        content: plain JSON values by name; a seal that is there already is made anew.
    """
    bare = {name: value for name, value in content.items() if name != SEAL}
    return {**bare, SEAL: hash_value(bare)}


def seal_holds(content: Mapping[str, Any]) -> bool:
    """Whether the record is as it was when it was sealed; False where it has no seal."""
    return SEAL in content and sealed(content)[SEAL] == content[SEAL]
