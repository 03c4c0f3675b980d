"""Every file of a run, report or bundle is accounted for: changed, missing and extra ones named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from evaltools.problems import ProblemError
from evaltools.provenance.integrity import Fault, check_folder
from evaltools.provenance.manifest import add_seal, is_seal_valid, read_manifest
from evaltools.publish.verify import verify

KINDS = ("run", "report", "bundle")


@pytest.fixture(params=KINDS)
def folder(request: pytest.FixtureRequest) -> Path:
    """One of each kind."""
    found: Path = request.getfixturevalue(f"{request.param}_folder")
    return found


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_is_as_it_was_made_has_no_fault(folder: Path) -> None:
    found = check_folder(folder)
    assert found.faults == ()
    assert found.checked == len(files(folder)) - 1  # the list itself
    assert verify(folder).holds


def one_more_byte(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def other_byte(path: Path) -> None:
    content = path.read_bytes()
    place = len(content) // 2
    path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("tamper", [one_more_byte, other_byte, emptied, Path.unlink])
def test_each_file_that_is_tampered_with_is_named(
    folder: Path, tamper: Callable[[Path], None]
) -> None:
    for path in files(folder):
        name, content = path.relative_to(folder).as_posix(), path.read_bytes()
        if (tamper, name) == (Path.unlink, "manifest.json") and check_folder(folder).kind == "run":
            continue  # without it the folder is no run: see below
        tamper(path)
        if name in ("report.json", "manifest-sha256.txt"):
            told = _told(folder)
        else:
            told = {fault.file for fault in check_folder(folder).faults}
            assert not verify(folder).holds
        assert any(name in place for place in told), (name, told)
        path.write_bytes(content)
    assert check_folder(folder).faults == ()


def _told(folder: Path) -> set[str]:
    """Files named for a list that was tampered with; what it listed may be named instead."""
    try:
        found = {fault.file for fault in check_folder(folder).faults}
    except ProblemError as error:
        found = {problem.where for problem in error.problems}
    names = {"report.json", "manifest-sha256.txt"}
    return found | names if found else found


def test_without_its_list_a_folder_is_none_of_the_three(run_folder: Path) -> None:
    (run_folder / "manifest.json").unlink()
    with pytest.raises(ProblemError, match="is no run, report or bundle"):
        check_folder(run_folder)
    with pytest.raises(ProblemError, match="is no folder"):
        check_folder(run_folder / "nowhere")


@pytest.mark.parametrize("name", ["extra.txt", ".hidden", "deep/er/extra.txt"])
def test_what_is_not_listed_is_named(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("x", encoding="utf-8")
    assert check_folder(folder).faults == (Fault(name, "extra"),)


@pytest.mark.parametrize("name", ["../outside.txt", "/etc/hostname", "a/../../outside.txt", "\x00"])
def test_list_that_leads_out_of_the_folder_is_not_followed(bundle_folder: Path, name: str) -> None:
    (bundle_folder.parent / "outside.txt").write_text("secret", encoding="utf-8")
    path = bundle_folder / "manifest-sha256.txt"
    path.write_text(path.read_text(encoding="utf-8") + f"{'0' * 64}  {name}\n", encoding="utf-8")
    (fault,) = check_folder(bundle_folder).faults
    assert fault.kind in ("outside", "unreadable")
    assert fault.file == name


def test_link_out_of_the_folder_is_not_followed(run_folder: Path) -> None:
    path = run_folder / "figures" / "fig-a.svg"
    outside = run_folder.parent / "elsewhere.svg"
    path.rename(outside)
    path.symlink_to(outside)
    assert check_folder(run_folder).faults == (Fault("figures/fig-a.svg", "outside"),)


@pytest.mark.parametrize("text", ["no hash here\n", "0" * 63 + "  a\n", "\xff"])
def test_checklist_that_is_none_is_told_by_line(bundle_folder: Path, text: str) -> None:
    (bundle_folder / "manifest-sha256.txt").write_bytes(text.encode("latin-1"))
    faults = check_folder(bundle_folder).faults
    assert [fault.kind for fault in faults] == ["unreadable"]
    assert faults[0].file.startswith("manifest-sha256.txt")


def test_manifest_that_was_edited_is_read_as_none(run_folder: Path) -> None:
    path = run_folder / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["ingredients"]["parameters"]["wave"] = "2023"
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert read_manifest(run_folder) is None
    assert [fault.file for fault in check_folder(run_folder).faults] == ["manifest.json"]


def test_manifest_sealed_anew_after_an_edit_contradicts_its_key(run_folder: Path) -> None:
    path = run_folder / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["ingredients"]["parameters"]["wave"] = "2023"
    text = json.dumps(add_seal(content), indent=1, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    assert [fault.kind for fault in check_folder(run_folder).faults] == ["contradiction"]


def test_report_of_another_run_is_found_out(report_folder: Path) -> None:
    path = report_folder / "report.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    changed = add_seal({**record, "run": "another", "parameters": {}})
    path.write_text(json.dumps(changed, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    details = [fault.detail for fault in check_folder(report_folder).faults]
    assert details == ["it has other parameters than manifest.json",
                       "it is of another run than manifest.json"]  # fmt: skip


def test_seal_is_of_the_content_and_not_of_its_order() -> None:
    first = add_seal({"a": 1, "b": [1, 2]})
    assert is_seal_valid(dict(reversed(first.items())))
    assert not is_seal_valid({**first, "b": [2, 1]})
    assert not is_seal_valid({"a": 1})
    assert add_seal(first) == first
