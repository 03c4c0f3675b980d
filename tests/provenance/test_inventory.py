"""What is in a folder is counted within limits, and nothing in it is trusted."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from evaltools.cli import main
from evaltools.provenance.integrity import check_folder
from evaltools.provenance.inventory import Fault, Limits, take_inventory

GIGABYTE = 10**9


def sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


def listed(folder: Path, name: str, digest: str = "0" * 64) -> None:
    with (folder / "manifest-sha256.txt").open("a", encoding="utf-8") as file:
        file.write(f"{digest}  {name}\n")


def test_a_file_is_told_with_size_and_hash(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b c.txt").write_bytes(b"12345")
    found = take_inventory(tmp_path)
    assert found.faults == ()
    assert found.files["a/b c.txt"].size == 5
    assert found.hashes() == {"a/b c.txt": hashlib.sha256(b"12345").hexdigest()}


def test_a_huge_file_is_told_and_not_read(bundle_folder: Path) -> None:
    sparse(bundle_folder / "video.bin", 20 * GIGABYTE)
    listed(bundle_folder, "video.bin")
    shown = CliRunner().invoke(main, ["verify", "--hashes-only", str(bundle_folder)])
    assert shown.exit_code == 1
    told = "  video.bin is beyond what is checked: it has 20 000 MB; up to 500 MB are read"
    assert told in shown.output.splitlines()


def test_many_large_files_are_limited_together(bundle_folder: Path) -> None:
    for number in range(5):
        sparse(bundle_folder / f"video-{number}.bin", 450_000_000)
    faults = check_folder(bundle_folder).faults
    assert [fault.kind for fault in faults] == ["large"]
    assert "2 000 MB" in faults[0].detail


def test_a_list_of_any_length_is_not_read(bundle_folder: Path) -> None:
    sparse(bundle_folder / "manifest-sha256.txt", 25_000_000)
    (fault,) = check_folder(bundle_folder).faults
    assert (fault.file, fault.kind) == ("manifest-sha256.txt", "unreadable")


def test_number_and_depth_of_files_are_limited(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*"abcdef")
    deep.mkdir(parents=True)
    for number in range(4):
        (deep / f"{number}.txt").write_bytes(b"")
    assert len(take_inventory(tmp_path, Limits(files=4, depth=6)).files) == 4
    for limits in (Limits(files=3), Limits(depth=5)):
        found = take_inventory(tmp_path, limits)
        assert [fault.kind for fault in found.faults] == ["large"]
        assert not found.files


def pipe(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def circle(path: Path) -> None:
    path.symlink_to(path.name)


def nowhere(path: Path) -> None:
    path.symlink_to("nowhere")


def twin(path: Path) -> None:
    path.symlink_to("manifest.json")


@pytest.mark.parametrize(
    ("make", "kind"),
    [(pipe, "special"), (device, "outside"), (circle, "special"), (nowhere, "special"),
     (twin, "special")],
)  # fmt: skip
def test_what_is_no_plain_file_is_named_and_not_opened(
    bundle_folder: Path, make: Callable[[Path], None], kind: str
) -> None:
    listed(bundle_folder, "thing.csv")
    make(bundle_folder / "thing.csv")
    (fault,) = check_folder(bundle_folder).faults
    assert (fault.file, fault.kind) == ("thing.csv", kind)


def test_a_list_that_is_a_link_is_not_read(bundle_folder: Path) -> None:
    (bundle_folder / "manifest-sha256.txt").unlink()
    twin(bundle_folder / "manifest-sha256.txt")
    (fault,) = check_folder(bundle_folder).faults
    assert (fault.file, fault.kind) == ("manifest-sha256.txt", "special")


def test_a_linked_folder_is_one_fault(bundle_folder: Path) -> None:
    (bundle_folder / "report").rename(bundle_folder.parent / "elsewhere")
    (bundle_folder / "report").symlink_to(bundle_folder.parent / "elsewhere")
    assert check_folder(bundle_folder).faults == (Fault("report", "outside"),)


@pytest.mark.parametrize("name", ["a\\b.csv", "line\nbreak", "C:evil", "bell\x07"])
def test_names_that_mean_something_else_elsewhere_are_told_on_one_line(
    bundle_folder: Path, name: str
) -> None:
    (bundle_folder / name).write_text("x", encoding="utf-8")
    (fault,) = check_folder(bundle_folder).faults
    assert fault.kind == "special"
    assert str(fault).isprintable()


def test_a_name_that_is_not_utf8_is_told(bundle_folder: Path) -> None:
    with open(os.fsencode(bundle_folder) + b"/r\xe4port.csv", "wb"):  # noqa: PTH123
        pass
    shown = CliRunner().invoke(main, ["verify", "--hashes-only", str(bundle_folder)])
    assert shown.exit_code == 1
    assert "its name is not plain text" in shown.output


@pytest.mark.parametrize("names", [("Report.csv", "report.csv"), ("\u00e4.csv", "a\u0308.csv")])
def test_names_that_are_one_on_other_systems_are_told(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    for name in names:
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert [fault.kind for fault in take_inventory(tmp_path).faults] == ["alike"]


def test_an_empty_folder_is_not_listed_either(bundle_folder: Path) -> None:
    (bundle_folder / "more").mkdir()
    assert check_folder(bundle_folder).faults == (Fault("more", "extra", "an empty folder"),)


def test_a_key_given_twice_in_a_list_is_no_list(run_folder: Path) -> None:
    path = run_folder / "manifest.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"key":', '"key": "another",\n "key":', 1), encoding="utf-8")
    assert "stands twice" in str(check_folder(run_folder).faults[0])


@pytest.mark.parametrize("text", ["[" * 100_000, '{"outputs":' * 20_000])
def test_a_list_that_is_nested_without_end_is_told(run_folder: Path, text: str) -> None:
    (run_folder / "manifest.json").write_text(text, encoding="utf-8")
    (fault,) = check_folder(run_folder).faults
    assert (fault.file, fault.kind) == ("manifest.json", "unreadable")
