"""Identifiers of the format: kept where a tool gave them, else made, always the same ones."""

from __future__ import annotations

import re
import uuid

# Any fixed name would do; it must never change, or files would differ from one release to another.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:QDA-XML:project:1.0#evaltools")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def plain(guid: str | None) -> str:
    """A GUID in small letters without braces; empty for none."""
    return (guid or "").strip().removeprefix("{").removesuffix("}").lower()


def made(kind: str, identifier: str) -> str:
    """The GUID of something of the study that has none of its own."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}:{identifier}"))


class Register:
    """Gives every element of a file a GUID that no other has."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def give(self, kind: str, identifier: str, own: str = "") -> str:
        """Its own GUID if it is one and free, else one made from kind and identifier."""
        if _GUID.fullmatch(own) and own not in self._given:
            guid = own
        else:
            guid, count = made(kind, identifier), 1
            while guid in self._given:
                count += 1
                guid = made(kind, f"{identifier}#{count}")
        self._given.add(guid)
        return guid
