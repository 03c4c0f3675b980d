"""The documents as received are there, below the data folder, and still the same."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from evaltools.evidence import document_checks, hash_data, load_descriptor

REPORT = "reports/received/D1.pdf"


def only(package: Any) -> str:
    problems = package.problems()
    assert len(problems) == 1
    return str(problems[0])


def test_a_file_that_changed_since_its_import_is_told(package: Any) -> None:
    (package.folder / REPORT).write_bytes(b"%PDF-1.7 another")
    before = hashlib.sha256(b"%PDF-1.7 as it came in").hexdigest()
    after = hashlib.sha256(b"%PDF-1.7 another").hexdigest()
    assert only(package) == (
        f'data/reports/documents.csv, row 2, column file_sha256: "{REPORT}" has another SHA-256, '
        f'{after}; allowed: "{before}". Put the file back that was imported, or import the new '
        "one. [data.file-changed]"
    )


def test_a_file_that_is_gone_is_told(package: Any) -> None:
    (package.folder / REPORT).unlink()
    assert only(package) == (
        f'data/reports/documents.csv, row 2, column file: there is no file "{REPORT}"; allowed: a '
        "file below the data folder. Put the file there, or empty the cell. [data.file-missing]"
    )


@pytest.mark.parametrize("path", ["../D1.pdf", "/etc/passwd", "reports/received/link.pdf"])
def test_no_file_out_of_the_folder_is_opened(package: Any, path: str) -> None:
    secret = package.folder.parent / "D1.pdf"
    secret.write_bytes(b"secret")
    (package.folder / "reports/received/link.pdf").symlink_to(secret)
    package.change("documents", 2, file=path, file_sha256=hashlib.sha256(b"secret").hexdigest())
    assert only(package).startswith(
        f'data/reports/documents.csv, row 2, column file: "{path}" leads out of the data folder'
    )


def test_a_file_without_its_hash_and_a_hash_without_its_file_are_told(package: Any) -> None:
    package.change("documents", 2, file_sha256="").change("documents", 3, file_sha256="0" * 64)
    codes = [problem.rsplit("[")[-1] for problem in package.problems()]
    assert codes == ["data.file-unknown]", "data.file-missing]"]


def test_too_large_a_file_is_told_without_reading_it(
    package: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(document_checks.LARGEST, "file", 10)
    assert only(package).endswith("Is it the right file? [data.too-large]")


def test_documents_without_files_are_valid(package: Any) -> None:
    (package.folder / REPORT).unlink()
    package.change("documents", 2, file="", file_sha256="", public_status="")
    assert package.problems() == []


def test_a_file_is_no_part_of_the_state_of_the_data(package: Any) -> None:
    descriptor = load_descriptor(package.folder)
    before = hash_data(package.folder, descriptor)
    (package.folder / REPORT).write_bytes(b"%PDF-1.7 another")
    assert hash_data(package.folder, descriptor) == before


def test_whether_a_document_is_public_is_one_of_three(package: Any) -> None:
    package.change("documents", 2, public_status="secrett")
    assert only(package) == (
        'data/reports/documents.csv, row 2, column public_status: "secrett" is not in the list; '
        'allowed: public, partly_secret, secret. Did you mean "secret"? [data.enum]'
    )
