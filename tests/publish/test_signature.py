"""Bundles are signed with an SSH key, and whoever knows the key sees what was altered since."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from forging import CHECKLIST, files_in, positions, refresh_lists

from evaltools.cli import main
from evaltools.problems import ProblemError
from evaltools.provenance.signature import (
    NAMESPACE,
    SignatureCheck,
    check_signature,
    key_problems,
    sign,
    sign_bundle,
)
from evaltools.publish.bundle import Bundle
from evaltools.publish.verify import verify

SIGNATURE = f"{CHECKLIST}.sig"


def make_key(folder: Path, name: str, passphrase: str = "") -> Path:
    path = folder / name
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", name, "-f", str(path)]
    subprocess.run(command, check=True)
    return path


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the keys of Anna and Eve, and Anna's second one under a passphrase."""
    folder = tmp_path_factory.mktemp("keys")
    make_key(folder, "anna")
    make_key(folder, "eve")
    make_key(folder, "locked", "open sesame")
    return folder


@pytest.fixture
def signed(own: Bundle, keys: Path) -> Path:
    """A bundle signed by Anna."""
    sign_bundle(own.folder, keys / "anna")
    return own.folder


def signers(keys: Path, folder: Path, options: str = "", name: str = "anna") -> Path:
    path = folder / "signers"
    key = (keys / f"{name}.pub").read_text(encoding="utf-8")
    path.write_text(f"# who may sign\nanna@example.org {options} {key}", encoding="utf-8")
    return path


def looked_at(folder: Path, allowed: Path) -> SignatureCheck:
    found = check_signature(folder, allowed)
    shown = CliRunner().invoke(main, ["verify", str(folder), "--hashes-only", "--signers",
                                      str(allowed)])  # fmt: skip
    assert shown.exit_code == (0 if found.holds else 1), shown.output
    assert f"  {found}" in shown.output.splitlines()
    return found


def test_a_signer_on_the_list_is_named(signed: Path, keys: Path, tmp_path: Path) -> None:
    found = looked_at(signed, signers(keys, tmp_path, f'namespaces="{NAMESPACE}"'))
    assert (found.state, found.signers) == ("valid", ("anna@example.org",))
    printed = subprocess.run(["ssh-keygen", "-l", "-f", keys / "anna.pub"], check=True,
                             capture_output=True, text=True).stdout  # fmt: skip
    assert found.key == re.findall(r"SHA256:\S+", printed)[0]
    assert "signed with key" in "\n".join(verify(signed).lines())


def test_an_auditor_checks_with_openssh_alone(signed: Path, keys: Path, tmp_path: Path) -> None:
    allowed = signers(keys, tmp_path)
    command = ["ssh-keygen", "-Y", "verify", "-f", allowed, "-I", "anna@example.org",
               "-n", "evaltools-bundle", "-s", signed / SIGNATURE]  # fmt: skip
    with (signed / CHECKLIST).open("rb") as file:
        assert subprocess.run(command, stdin=file, capture_output=True).returncode == 0


def test_every_forged_file_is_told_by_the_signature(
    signed: Path, keys: Path, tmp_path: Path
) -> None:
    allowed = signers(keys, tmp_path)
    kept = {name: (signed / name).read_bytes() for name in files_in(signed) if name != SIGNATURE}
    for name, content in kept.items():
        place = positions(content)[len(positions(content)) // 2]
        other = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        (signed / name).write_bytes(other)
        refresh_lists(signed, name)
        assert check_signature(signed, allowed).state == "altered", name
        assert not verify(signed, signers=allowed).holds
        assert not verify(signed).holds  # also without knowing whose signature it is
        for again, as_it_was in kept.items():
            (signed / again).write_bytes(as_it_was)
    assert check_signature(signed, allowed).state == "valid"


def test_every_byte_of_the_signature_counts(signed: Path, keys: Path, tmp_path: Path) -> None:
    allowed = signers(keys, tmp_path)
    content = (signed / SIGNATURE).read_bytes()
    blank = content.replace(b"\n", b"\r\n"), content + b"\n", content[:-1], b"\n" + content
    places = [content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
              for at in range(0, len(content), 7)]  # fmt: skip
    for other in (*blank, *places):
        (signed / SIGNATURE).write_bytes(other)
        assert check_signature(signed, allowed).state in ("damaged", "altered", "namespace")
        assert not verify(signed).holds


def test_another_key_is_unknown(own: Bundle, keys: Path, tmp_path: Path) -> None:
    sign_bundle(own.folder, keys / "eve")
    found = looked_at(own.folder, signers(keys, tmp_path))
    assert found.state == "unknown"
    assert "none of those in signers" in str(found)


def test_an_unsigned_bundle_and_one_stripped_are_told(
    own: Bundle, keys: Path, tmp_path: Path
) -> None:
    allowed = signers(keys, tmp_path)
    assert looked_at(own.folder, allowed).state == "unsigned"
    assert verify(own.folder).holds  # nobody asked for a signature
    sign_bundle(own.folder, keys / "anna")
    (own.folder / SIGNATURE).unlink()
    assert "taken away" in str(looked_at(own.folder, allowed))


def test_a_signature_for_something_else_is_none(own: Bundle, keys: Path, tmp_path: Path) -> None:
    content = (own.folder / CHECKLIST).read_bytes()
    (own.folder / SIGNATURE).write_bytes(sign(content, keys / "anna", "git"))
    found = looked_at(own.folder, signers(keys, tmp_path))
    assert (found.state, found.detail) == ("namespace", "git")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ('valid-before="20200101"', 'is not valid today, by valid-before="20200101"'),
        ('valid-after="29990101"', 'is not valid today, by valid-after="29990101"'),
        ('namespaces="git,file"', 'may not sign bundles: in signers it has namespaces="git,file"'),
    ],
)
def test_a_key_that_may_not_sign_is_told_with_the_reason(
    signed: Path, keys: Path, tmp_path: Path, options: str, told: str
) -> None:
    found = looked_at(signed, signers(keys, tmp_path, options))
    assert (found.state, found.signers) == ("lapsed", ("anna@example.org",))
    assert told in str(found)


def test_a_key_is_judged_on_the_day_that_is_named(signed: Path, keys: Path, tmp_path: Path) -> None:
    allowed = signers(keys, tmp_path, 'valid-after="20260101",valid-before="20261231"')
    assert check_signature(signed, allowed, date(2026, 6, 1)).state == "valid"
    assert check_signature(signed, allowed, date(2027, 6, 1)).state == "lapsed"
    assert check_signature(signed, allowed, date(2025, 6, 1)).state == "lapsed"


def test_a_key_with_a_passphrase_asks_nobody(keys: Path) -> None:
    (problem,) = key_problems(keys / "locked")
    assert problem.code == "sign.key"
    assert "ssh-add" in problem.remedy


def test_a_key_with_a_passphrase_signs_through_the_agent(
    own: Bundle, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = tmp_path / "a"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
    try:
        while not socket.exists():
            assert agent.poll() is None
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        answer = tmp_path / "answer"
        answer.write_text("#!/bin/sh\necho 'open sesame'\n", encoding="utf-8")
        answer.chmod(0o700)
        asked = {**os.environ, "SSH_ASKPASS": str(answer), "SSH_ASKPASS_REQUIRE": "force"}
        subprocess.run(["ssh-add", "-q", keys / "locked"], check=True, env=asked)
        for key in ("locked", "locked.pub"):
            sign_bundle(own.folder, keys / key)
            allowed = signers(keys, tmp_path, name="locked")
            assert check_signature(own.folder, allowed).state == "valid"
    finally:
        agent.terminate()
        agent.wait()


def test_what_is_no_key_does_not_sign(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no key", encoding="utf-8")
    (tmp_path / "text").chmod(0o600)
    for name, code in (("text", "sign.key"), ("nowhere", "file.missing"), ("", "file.folder")):
        (problem,) = key_problems(tmp_path / name)
        assert (problem.code, problem.where) == (code, str(tmp_path / name))


@pytest.mark.parametrize("content", ["", "# nobody\n", "anna@example.org no key at all\n"])
def test_a_list_of_no_signers_is_refused(signed: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / "signers").write_text(content, encoding="utf-8")
    with pytest.raises(ProblemError, match="names no signer"):
        check_signature(signed, tmp_path / "signers")
    with pytest.raises(ProblemError, match="is not there"):
        check_signature(signed, tmp_path / "nowhere")


def test_without_openssh_one_line_says_so(
    own: Bundle, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_bundle(own.folder, keys / "anna")
    allowed = signers(keys, tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProblemError, match="openssh-client"):
        check_signature(own.folder, allowed)
    assert [problem.code for problem in key_problems(keys / "anna")] == ["sign.program"]
    told = verify(own.folder)
    assert told.holds
    assert any("was not looked at" in line for line in told.lines())


def test_publishing_signs_and_says_first_what_keeps_it_from_signing(
    own: Bundle, keys: Path, tmp_path: Path
) -> None:
    """The key is tried before anything is built: on a study that could not be built at all."""
    study = tmp_path / "study"
    shutil.copytree(own.folder / "study", study)
    (study / "notebooks").mkdir()
    (study / "notebooks" / "01_one.ipynb").write_text("no notebook", encoding="utf-8")
    command = ["publish", "--to", str(tmp_path / "to"), "--sign", str(keys / "locked")]
    shown = CliRunner().invoke(main, command, env={"EVALTOOLS_STUDY": str(study)})
    assert shown.exit_code == 1
    assert shown.output.splitlines()[0].endswith("[sign.key]")
    assert len(shown.output.splitlines()) == 2
    assert not (tmp_path / "to").exists()


def test_a_signature_is_that_of_the_format(signed: Path) -> None:
    """PROTOCOL.sshsig: armour, then SSHSIG, version 1, the key, and what it was made for."""
    lines = (signed / SIGNATURE).read_text(encoding="ascii").splitlines()
    blob = base64.b64decode("".join(lines[1:-1]))
    assert blob.startswith(b"SSHSIG\0\0\0\1")
    assert NAMESPACE.encode() in blob
