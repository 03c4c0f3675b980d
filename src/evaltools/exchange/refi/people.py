"""Who coded: the users of a project."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from lxml import etree

from evaltools.documents.packages import children
from evaltools.exchange.record import Coder
from evaltools.exchange.refi.guids import made, plain
from evaltools.exchange.refi.ledger import Ledger
from evaltools.exchange.refi.naming import identifier
from evaltools.exchange.refi.notes import Line, Notes, exact, text_of

UNKNOWN = "unknown"


@dataclass
class People:
    """Coders of a project, with those that only codings name.

    Arguments:
        coders: in the order of the file.
        by_guid: their identifiers.
        assumed: how often a coder had to be told from elsewhere, by how.
    """

    coders: list[Coder]
    by_guid: dict[str, str]
    project_user: str = ""
    assumed: dict[str, int] = field(default_factory=dict)

    def coder_of(self, coding: etree._Element, selection: etree._Element) -> str:
        """Who made a coding: its own user, else the selection's, else the project's."""
        for guid, how in (
            (coding.get("creatingUser"), ""),
            (selection.get("creatingUser"), "the selection's user"),
            (self.project_user, "the project's user"),
        ):
            user = plain(guid)
            if user:
                if how:
                    self._count(f"name no user; they were taken to be of {how}")
                return self._known(user)
        self._count(f"name no user, nor does anything around them; their coder is “{UNKNOWN}”")
        if all(coder.coder_id != UNKNOWN for coder in self.coders):
            self.coders.append(Coder(UNKNOWN, UNKNOWN))
        return UNKNOWN

    def _known(self, user: str) -> str:
        if user not in self.by_guid:  # named by a coding, but not in the list
            taken = {coder.coder_id for coder in self.coders}
            coder_id = identifier(f"user {user[:8]}", "coder", taken)
            self.coders.append(Coder(coder_id, coder_id, guid=user))
            self.by_guid[user] = coder_id
            self._count(f"name a user that the project does not list; called {coder_id}", 0)
        return self.by_guid[user]

    def _count(self, how: str, step: int = 1) -> None:
        self.assumed[how] = self.assumed.get(how, 0) + step

    @property
    def told(self) -> tuple[str, ...]:
        """What was assumed about coders, a line each."""
        return tuple(
            f"{count} codings {how}" if count else f"codings {how}"
            for how, count in self.assumed.items()
        )


def read_people(root: etree._Element, ledger: Ledger, notes: Notes) -> People:
    """Users of a project."""
    people = People([], {}, plain(root.get("creatingUserGUID")))
    for container in children(root, "Users"):
        ledger.take(container)
        for user in children(container, "User"):
            guid = plain(user.get("guid"))
            if guid in people.by_guid:
                ledger.drop(user, "another user has the same GUID")
                continue
            ledger.take(user)
            coder = _coder(user, guid, notes.line("coder", guid), people)
            people.coders.append(coder)
            people.by_guid[guid] = coder.coder_id
    return people


def _coder(user: etree._Element, guid: str, line: Line | None, people: People) -> Coder:
    taken = {coder.coder_id for coder in people.coders}
    listed = user.get("name") or ("" if line is not None else user.get("id") or "")
    name = exact(line, "pseudonym", listed)
    own = text_of(line, "coder_id")
    coder_id = own if own and own not in taken else identifier(name, "coder", taken)
    return Coder(
        coder_id,
        name,
        "consensus" if text_of(line, "role") == "consensus" else "coder",
        day_of(text_of(line, "trained_on")),
        text_of(line, "guid", "" if guid == made("coder", coder_id) else guid),
    )


def day_of(moment: str | None) -> date | None:
    """The day of a date and time; None for what is none."""
    try:
        return date.fromisoformat((moment or "").strip()[:10])
    except ValueError:
        return None
