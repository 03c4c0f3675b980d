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
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaltools.files import replace_file
from evaltools.provenance.hashes import hash_package, hash_value
from evaltools.provenance.manifest import add_seal, is_seal_valid

FOLDER = "kept"
MOST = 120
"""Files that are kept; of more, those that were used longest ago go."""


@dataclass(frozen=True)
class Kept:
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
    def of(cls, build: Path, run: str, anew: bool = False) -> Kept:
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
        if self.folder is None:
            return make()
        place = self.folder / f"{hash_value([self.basis, name, rests_on])}.json"
        if not self.anew:
            with contextlib.suppress(OSError, ValueError, TypeError):
                content = json.loads(place.read_text(encoding="utf-8"))
                if is_seal_valid(content):
                    place.touch()
                    return content["part"]
        part = make()
        with contextlib.suppress(OSError):  # a folder that may not be written to keeps nothing
            self.folder.mkdir(parents=True, exist_ok=True)
            text = json.dumps(add_seal({"name": name, "part": part}), ensure_ascii=False)
            replace_file(place, text.encode("utf-8", "surrogatepass"))
            self._clear(self.folder)
        return part

    def recall_files(
        self, name: str, rests_on: Any, make: Callable[[], Mapping[str, bytes]]
    ) -> dict[str, bytes]:
        """Files as they were made before, or else made now: contents by name, see `recall`."""

        def encoded() -> dict[str, str]:
            return {file: base64.b64encode(content).decode() for file, content in make().items()}

        part = self.recall(name, rests_on, encoded)
        return {file: base64.b64decode(content) for file, content in part.items()}

    @staticmethod
    def _clear(folder: Path) -> None:
        found = sorted(folder.glob("*.json"), key=lambda one: one.stat().st_mtime_ns)
        for path in found[:-MOST]:
            path.unlink(missing_ok=True)
