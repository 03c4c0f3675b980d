"""Signatures of bundles: SSH signatures, which every auditor can check with OpenSSH alone.

What is signed is the checklist of a bundle, which names every other file by SHA-256. By hand:
`ssh-keygen -Y verify -f SIGNERS -I NAME -n evaltools-bundle -s manifest-sha256.txt.sig
< manifest-sha256.txt`. Format: PROTOCOL.sshsig of OpenSSH.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shlex
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Literal

from evaltools.files import read_file
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.provenance.artifacts import BUNDLE, SIGNATURE

NAMESPACE = "evaltools-bundle"
PROGRAM = "ssh-keygen"
LARGEST = 100_000
"""Bytes of a signature or key; the largest known has some 10 000."""
LARGEST_SIGNERS = 5_000_000
SECONDS = 120
"""A key on a device waits for somebody to touch it; nobody comes after this."""

_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_MAGIC = b"SSHSIG"
_WIDTH = 70
_OPTION = re.compile(r'([a-z-]+)(?:="([^"]*)")?(?:,|$)')

State = Literal[
    "valid", "unsigned", "damaged", "namespace", "altered", "unknown", "lapsed", "unchecked",
    "present",
]  # fmt: skip
"""`valid`: by a named signer. `present`: it fits, and whose it is was not asked."""


@dataclass(frozen=True)
class SignatureCheck:
    """What came of looking at the signature of a bundle.

    Arguments:
        state: whether it is valid, or why not.
        signers: who signed, as the auditor's file calls them.
        key: fingerprint of the key that signed.
        detail: what more there is to say.
    """

    state: State
    signers: tuple[str, ...] = ()
    key: str = ""
    detail: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing is found against it."""
        return self.state in ("valid", "present", "unchecked")

    def __str__(self) -> str:
        names = ", ".join(self.signers)
        return {
            "valid": f"signed by {names} with key {self.key}",
            "present": f"signed with key {self.key}; whose it is, --signers FILE tells",
            "unchecked": f"{SIGNATURE} was not looked at: {self.detail}",
            "unsigned": f"is not signed: it was published without --sign, or {SIGNATURE} was "
            "taken away",
            "damaged": f"{SIGNATURE} is not as it was made: {self.detail}",
            "namespace": f"{SIGNATURE} was made for '{self.detail}' and not for a bundle "
            f"('{NAMESPACE}')",
            "altered": f"{SIGNATURE} is not that of {BUNDLE}: the list of all files or the "
            "signature was altered",
            "unknown": f"signed with key {self.key}, which is none of {self.detail}",
            "lapsed": f"signed with key {self.key} of {names}, which {self.detail}",
        }[self.state]


def key_problems(key: Path) -> list[Problem]:
    """What keeps a key from signing; found out by signing nothing with it."""
    try:
        sign(b"", key)
    except ProblemError as error:
        return list(error.problems)
    return []


def sign_bundle(folder: Path, key: Path) -> Path:
    """Sign the checklist of a bundle; the signature is put beside it.

    Arguments:
        key: a private key; or a public key whose private one the ssh-agent holds.

    Raises:
        ProblemError: OpenSSH is not there, or the key cannot sign.
    """
    path = folder / SIGNATURE
    path.write_bytes(sign((folder / BUNDLE).read_bytes(), key))
    return path


def sign(content: bytes, key: Path, namespace: str = NAMESPACE) -> bytes:
    """A detached signature. Never asks for a passphrase: the agent is there to be asked."""
    refuse(_program_problems())
    read_file(key, str(key), LARGEST)  # says what is wrong if it is no file
    # Read from a pipe and not from a file, beside which it would put, and ask about, its answer.
    done = _run(["sign", "-f", str(key), "-n", namespace], content)
    if done.returncode == 0 and _parse(done.stdout) is not None:
        return done.stdout
    lines = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    error_text = _printable(lines[-1].strip())[:200] if lines else "no reason given"
    remedy = (
        f"If it has a passphrase, put it into the agent first: eval $(ssh-agent); ssh-add "
        f"{shlex.quote(str(key))}. Others must not be able to read it (chmod 600)."
    )
    problem = Problem(str(key), f"this key does not sign ({error_text})", "", remedy, "sign.key")
    raise ProblemError([problem])


def check_signature(
    folder: Path, signers: Path | None = None, on: date | None = None
) -> SignatureCheck:
    """Whether a bundle is signed, by a key that may sign bundles.

    Arguments:
        folder: of the bundle; its files are to be checked against its checklist besides.
        signers: the auditor's list of who may sign (`ALLOWED SIGNERS` in ssh-keygen's manual);
            None asks only whether the signature fits.
        on: the day on which keys must be valid; today by default.

    Raises:
        ProblemError: the list of signers cannot be read, or OpenSSH is not there to ask.
    """
    path = folder / SIGNATURE
    listed = _read_signers(signers) if signers is not None else []
    if not path.is_file() or path.is_symlink():
        return SignatureCheck("unsigned")
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    parsed = _parse(content)
    if parsed is None:
        detail = "it is no SSH signature in the form that OpenSSH writes"
        return SignatureCheck("damaged", detail=detail)
    key, namespace = parsed
    digest = base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")
    fingerprint = f"SHA256:{digest}"
    if namespace != NAMESPACE:
        return SignatureCheck("namespace", key=fingerprint, detail=namespace)
    if missing := _program_problems():
        if signers is not None:
            raise ProblemError(missing)
        return SignatureCheck("unchecked", detail=str(missing[0]))
    checklist = (folder / BUNDLE).read_bytes()
    with tempfile.TemporaryDirectory(prefix="evaltools-signature-") as scratch:
        copy = Path(scratch) / "signature"  # the bytes that were looked at, whatever comes after
        copy.write_bytes(content)
        fits = _run(["check-novalidate", "-n", NAMESPACE, "-s", str(copy)], checklist)
        if fits.returncode != 0:
            return SignatureCheck("altered", key=fingerprint)
        if signers is None:
            return SignatureCheck("present", key=fingerprint)
        valid = _find_signers(copy, checklist, signers, on)
    if valid:
        return SignatureCheck("valid", tuple(map(_printable, valid)), fingerprint)
    known = [(_printable(name), options) for name, listed_key, options in listed
             if listed_key == key]  # fmt: skip
    if not known:
        return SignatureCheck("unknown", key=fingerprint, detail=f"those in {signers.name}")
    names = tuple(dict.fromkeys(name for name, _ in known))
    reason = _rejection_reason(known[0][1], signers.name, on)
    return SignatureCheck("lapsed", names, fingerprint, reason)


def _find_signers(signature: Path, checklist: bytes, signers: Path, on: date | None) -> list[str]:
    """Who made the signature, of those that may sign bundles on that day."""
    day = [f"-Overify-time={on:%Y%m%d}000000"] if on is not None else []
    where = ["-f", str(signers), "-s", str(signature), *day]
    found = _run(["find-principals", *where], b"")
    names = dict.fromkeys(found.stdout.decode("utf-8", "replace").split("\n"))
    verify = ["verify", "-n", NAMESPACE, "-I"]
    return [
        name
        for name in names
        if found.returncode == 0
        and name
        and _run([*verify, name, *where], checklist).returncode == 0
    ]


def _rejection_reason(options: dict[str, str], file: str, on: date | None) -> str:
    """Why a key that is listed may not sign: what its line says of time and purpose."""
    spaces = options.get("namespaces")
    if spaces is not None and NAMESPACE not in spaces.split(","):
        return f'may not sign bundles: in {file} it has namespaces="{_printable(spaces)}"'
    limits = [f'{name}="{_printable(options[name])}"'
              for name in ("valid-after", "valid-before") if name in options]  # fmt: skip
    when = f"on {on.isoformat()}" if on is not None else "today"
    error_text = f", by {' and '.join(limits)}" if limits else ""
    return f"is not valid {when}{error_text} in {file}"


def _read_signers(path: Path) -> list[tuple[str, bytes, dict[str, str]]]:
    """The lines of a file of allowed signers: names, key and options.

    Only to say why a signature is refused; OpenSSH decides whether it is.
    """
    content = read_file(path, str(path), LARGEST_SIGNERS)
    found = []
    for line in content.decode("utf-8", "replace").splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        for before, word in pairwise(words[1:]):
            if re.fullmatch(r"[a-z0-9@.-]+", before) and (key := _decode_key(word)) is not None:
                between = line[len(words[0]) : line.index(before, len(words[0]))].strip()
                found.append((words[0].strip('"'), key, dict(_OPTION.findall(between))))
                break
    if not found:
        remedy = f'A line a person: NAME namespaces="{NAMESPACE}" and the public key.'
        raise ProblemError([Problem(str(path), "names no signer", "", remedy, "sign.signers")])
    return found


def _decode_key(word: str) -> bytes | None:
    """A public key from a word of a line: it begins with the length of the name of its kind."""
    try:
        key = base64.b64decode(word, validate=True)
    except ValueError:
        return None
    return key if key[:3] == b"\0\0\0" and len(key) > 16 else None


def _parse(content: bytes) -> tuple[bytes, str] | None:
    """Public key and purpose of a signature, if it is byte for byte as OpenSSH writes it."""
    try:
        lines = content.decode("ascii").split("\n")
        blob = base64.b64decode("".join(lines[1:-2]), validate=True)
        text = base64.b64encode(blob).decode()
        body = [text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH)]
        armoured = "\n".join([_BEGIN, *body, _END, ""]).encode()
        if len(content) > LARGEST or armoured != content or blob[:6] != _MAGIC:
            return None
        key, rest = _read_field(blob[10:])
        namespace, _ = _read_field(rest)
        return key, _printable(namespace.decode("utf-8", "replace"))
    except (ValueError, struct.error):
        return None


def _read_field(content: bytes) -> tuple[bytes, bytes]:
    (length,) = struct.unpack(">I", content[:4])
    if length > len(content) - 4:
        raise ValueError("it ends too early")
    return content[4 : 4 + length], content[4 + length :]


def _program_problems() -> list[Problem]:
    if shutil.which(PROGRAM) is not None:
        return []
    what = "is not on this machine, and signatures are made and checked with it"
    remedy = "Install OpenSSH (on Debian: openssh-client)."
    return [Problem(PROGRAM, what, "", remedy, "sign.program")]


def _run(arguments: Sequence[str], content: bytes) -> subprocess.CompletedProcess[bytes]:
    """Run `ssh-keygen -Y`, which has no terminal to ask anything at."""
    environment = {**os.environ, "SSH_ASKPASS_REQUIRE": "never", "LC_ALL": "C"}
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_ASKPASS"):
        environment.pop(name, None)
    command = [PROGRAM, "-Y", *arguments]
    try:
        return subprocess.run(
            command, input=content, capture_output=True, env=environment, timeout=SECONDS,
            start_new_session=True, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, b"", b"nobody answered in time")


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)
