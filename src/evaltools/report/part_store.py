"""What was made for a report before, and is taken again where nothing that it rests on changed.

After an edit of the prose most of a report is as it was: what findings say under other coders'
rules, which quotations may be printed, the workbook, the press releases. Each such part is kept in
a file of its own, named by a hash of everything that it was made from. So nothing is ever out of
date: what rests on something else has another name and is made. What is kept are plain values; a
file that was cut off or altered is made anew.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaltools.files import replace_file
from evaltools.processes import start_apart
from evaltools.provenance.hashes import hash_package, hash_value

FOLDER = "parts"
MOST = 120
"""Files that are kept; of more, those that were used longest ago go."""


@dataclass(frozen=True)
class PartStore:
    """What was made from a run before.

    Arguments:
        folder: where it is kept; None for nowhere, then everything is made.
        basis: a hash of the run and of the code, which all of it rests on.
        anew: whether everything is made anew, and kept for the next time.
    """

    folder: Path | None = None
    basis: str = ""
    anew: bool = False

    @classmethod
    def of(cls, build: Path, run: str, anew: bool = False) -> PartStore:
        """What is kept in `reports/_build` of a study for one of its runs.

        Arguments:
            run: the key of the run: its data, parameters, notebooks and packages.
        """
        return cls(build / FOLDER, hash_value([run, hash_package()]), anew)

    def recall(self, name: str, rests_on: Any, make: Callable[[], Any]) -> Any:
        """A part as it was made before, or else made now.

        Arguments:
            name: of the part.
            rests_on: plain JSON values that tell all it is made from, beside the run and the code.
            make: makes it, as plain JSON values.
        """
        place = self._place(name, rests_on)
        part = self._read(place)
        if part is None:
            part = make()
            self._write(place, name, part)
        return part

    @contextlib.contextmanager
    def recall_apart(
        self, name: str, rests_on: Any, make: Callable[[], Any]
    ) -> Iterator[Callable[[], Any]]:
        """What `recall` gives, once it is asked for; it is made meanwhile where it has to be."""
        place = self._place(name, rests_on)
        if (part := self._read(place)) is not None:
            yield lambda: part
            return
        with start_apart(make) as wait:

            def take() -> Any:
                self._write(place, name, made := wait())
                return made

            yield take

    def _place(self, name: str, rests_on: Any) -> Path | None:
        if self.folder is None:
            return None
        return self.folder / f"{hash_value([self.basis, name, rests_on])}.json"

    def _read(self, place: Path | None) -> Any:
        """What is kept there; None where there is nothing, or nothing that is as it was written."""
        if place is None or self.anew:
            return None
        try:
            seal, _, text = place.read_text(encoding="utf-8").partition("\n")
            if hashlib.sha256(text.encode("utf-8")).hexdigest() != seal:
                return None
            place.touch()
            return json.loads(text)
        except (OSError, ValueError):
            return None

    def _write(self, place: Path | None, name: str, part: Any) -> None:
        if place is None:
            return
        with contextlib.suppress(OSError):  # a folder that may not be written to keeps nothing
            place.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(part)
            seal = hashlib.sha256(text.encode("utf-8")).hexdigest()
            replace_file(place, f"{seal}\n{text}".encode())
            self._clear(place)

    def recall_files(
        self,
        name: str,
        rests_on: Any,
        make: Callable[[], tuple[Mapping[str, bytes], list[str]]],
    ) -> tuple[dict[str, bytes], list[str]]:
        """Files as they were made before, or else made now, see `recall`.

        Returns:
            Their contents by name, and lines to tell of them.
        """

        def encoded() -> list[Any]:
            files, told = make()
            return [{file: base64.b64encode(files[file]).decode() for file in files}, told]

        files, told = self.recall(name, rests_on, encoded)
        return {file: base64.b64decode(content) for file, content in files.items()}, told

    def recall_each(
        self, name: str, items: list[str], make: Callable[[list[str]], dict[str, Any]]
    ) -> dict[str, Any]:
        """What each of some texts became before, or else becomes now; by the text.

        Arguments:
            name: of the parts together, which are kept in one file.
            items: the texts, each of which rests on nothing but itself and the code.
            make: makes several at a time, as plain JSON values by the text.
        """
        names = {item: hash_value(item) for item in items}
        before = self._read(place := self._place(name, []))
        known = {} if before is None else before
        fresh = [item for item in items if names[item] not in known]
        made = make(fresh) if fresh else {}
        if fresh or len(known) != len(names):
            now = {names[one]: made[one] if one in made else known[names[one]] for one in items}
            self._write(place, name, now)
        return {item: made[item] if item in made else known[names[item]] for item in items}

    @staticmethod
    def _clear(written: Path) -> None:
        """Remove the oldest; what was just written is the newest, whatever the clock says."""
        found = sorted(
            written.parent.glob("*.json"), key=lambda one: (one == written, one.stat().st_mtime_ns)
        )
        for path in found[:-MOST]:
            path.unlink(missing_ok=True)
