"""A good forger: changes a bundle and makes every list of hashes in it fit again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

CHECKLIST, CRATE, MANIFEST = "manifest-sha256.txt", "ro-crate-metadata.json", "manifest.json"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def files_in(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def positions(content: bytes) -> list[int]:
    """Where to change a byte: both ends, the middle, blanks, line ends and what readers skip."""
    length = len(content)
    places = {0, length // 3, length // 2, length - 2, length - 1}
    for mark in (b" ", b"\n", b"%%EOF", b"/ID", b"PK\x01\x02", b"IDAT", b"<!--"):
        if (found := content.rfind(mark)) >= 0:
            places |= {found, found + len(mark) - 1}
    return sorted(place for place in places if 0 <= place < length)


def forged(content: bytes) -> Iterator[bytes]:
    """The same content with one byte changed, put in or taken away."""
    for place in positions(content):
        yield content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    yield content + b"\n"
    yield content[:-1]
    yield content.replace(b"\n", b"\r\n", 1) if b"\n" in content else content + b" "


def refresh_lists(folder: Path, name: str) -> None:
    """Make every list of a bundle say what is in it now, but for the file that was forged."""
    if name not in (MANIFEST, CRATE, CHECKLIST):
        _refresh_manifest(folder)
    if name not in (CRATE, CHECKLIST):
        _refresh_crate(folder)
    if name != CHECKLIST:
        lines = [f"{sha256((folder / one).read_bytes())}  {one}\n" for one in files_in(folder)
                 if one not in (CHECKLIST, f"{CHECKLIST}.sig")]  # fmt: skip
        (folder / CHECKLIST).write_text("".join(lines), encoding="utf-8")


def _refresh_manifest(folder: Path) -> None:
    content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    for name in content["outputs"]:
        place = folder / ("tables/indicators.json" if name == "indicators.json" else name)
        if place.is_file():
            content["outputs"][name] = sha256(place.read_bytes())
    declared = (folder / "study/evaluation.yml").read_bytes()
    content["ingredients"]["files"]["evaluation.yml"] = sha256(declared)
    content["key"] = _of_value({"format": 1, **content["ingredients"]})
    content.pop("seal")
    content["seal"] = _of_value(content)
    _write(folder / MANIFEST, content)


def _refresh_crate(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8")) if _reads(
        folder / MANIFEST) else None  # fmt: skip
    content = json.loads((folder / CRATE).read_text(encoding="utf-8"))
    for item in content["@graph"]:
        if item["@type"] == "File":
            file = (folder / unquote(item["@id"])).read_bytes()
            item["sha256"], item["contentSize"] = sha256(file), str(len(file))
        elif item["@id"] == "#input/evaluation.yml" and manifest:
            item["sha256"] = manifest["ingredients"]["files"]["evaluation.yml"]
        elif item["@id"].startswith("#run/") and manifest:
            run = item["@id"]
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if manifest:
        text = text.replace(run, f"#run/{manifest['key'][:16]}")
    (folder / CRATE).write_text(text, encoding="utf-8")


def _reads(path: Path) -> bool:
    try:
        return "key" in json.loads(path.read_bytes())
    except ValueError:
        return False


def _of_value(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode())


def _write(path: Path, content: Any) -> None:
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
