"""What is published comes out the same again, and whatever was changed in it since is named."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from forging import forged, refresh_lists
from places import Place, copy_built

from evaltools.i18n.messages import Words
from evaltools.problems import ProblemError
from evaltools.provenance.artifacts import read_artifact
from evaltools.provenance.integrity import check_folder
from evaltools.publish import verify as verify_module
from evaltools.publish.register import ReleaseRegister
from evaltools.publish.text_audit.audit import audit_text
from evaltools.publish.text_audit.outside_text import read_outside_text
from evaltools.publish.text_audit.published import read_published
from evaltools.publish.verify import (
    Cause,
    RebuiltFiles,
    compare_files,
    read_record,
    rebuild_in_scratch,
    verify,
)
from evaltools.study import Study, load_study

pytestmark = pytest.mark.slow
SIGNATURE = "manifest-sha256.txt.sig"


@dataclass(frozen=True)
class Published:
    """A study that has published its default report, with the bundle and who may have signed it."""

    place: Place
    bundle: Path
    signers: Path


@pytest.fixture(scope="module")
def published(built: Place, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Published once; who changes something puts it back."""
    folder = tmp_path_factory.mktemp("published")
    own, key, bundle = copy_built(built, folder / "own"), folder / "key", folder / "to" / "bundle"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    done = own.evaltools("publish", "--to", str(bundle), "--sign", str(key))
    assert done.returncode == 0, done.stderr
    (record,) = (own.root / "releases").glob("*-record.json")
    assert f"predecessor: {{path: releases/{record.name}}}" in done.stdout
    signers = folder / "signers"
    signers.write_text(f"anna {key.with_suffix('.pub').read_text()}", encoding="utf-8")
    return Published(own, bundle, signers)


def test_bundle_report_and_run_come_out_again_and_every_forged_file_is_named(
    published: Published, elsewhere: tuple[Place, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is made anew as `verify` does, then hundreds of forgeries are held to that.

    What notebooks and rendering give is taken over from the build in other surroundings.
    """
    own, bundle, allowed = published.place, published.bundle, published.signers
    assert verify(bundle, signers=allowed).holds
    copy = verify_module._copy_study

    def copy_with_builds(study: Study, folder: Path) -> Study:
        made = Path("reports") / "_build"
        copied = copy(study, folder)
        shutil.copytree(elsewhere[0].root / made, folder / made, symlinks=True)
        return copied

    monkeypatch.setattr(verify_module, "_copy_study", copy_with_builds)
    anew = rebuild_in_scratch(read_record(bundle), load_study(own.root), lambda _: None)
    assert anew.causes == ()
    report = own.root.resolve() / "reports" / "_build" / "default"
    run = next(
        folder for folder in sorted((own.root / "reports" / "_build" / "runs").iterdir())
        if read_record(folder).ingredients == read_record(bundle).ingredients
    )  # fmt: skip
    for folder in (bundle, report.resolve(), run):
        assert check_folder(folder).faults == ()
        assert _difference(folder, anew) == set()

    for path in sorted(path for path in bundle.rglob("*") if path.is_file()):
        name, content = path.relative_to(bundle).as_posix(), path.read_bytes()
        others = [*forged(content)][::3]
        kept = {place: place.read_bytes() for place in bundle.glob("*") if place.is_file()}
        for other in others:
            path.write_bytes(other)
            if name != SIGNATURE:
                refresh_lists(bundle, name)
                assert name in _difference(bundle, anew), name
            if other is others[0] or name == SIGNATURE:
                assert not verify(bundle).holds, name
                assert not verify(bundle, signers=allowed).holds, name
            for place, as_it_was in kept.items():
                place.write_bytes(as_it_was)
            path.write_bytes(content)
    assert verify(bundle, signers=allowed).holds
    for folder in (report.resolve(), run):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name, content = path.relative_to(folder).as_posix(), path.read_bytes()
            path.write_bytes(content + b"\n")
            assert name in {fault.file for fault in check_folder(folder).faults}
            assert name in _difference(folder, anew)
            path.write_bytes(content)


def _difference(folder: Path, anew: RebuiltFiles) -> set[str]:
    """What making it anew names, or else what keeps its record from being read."""
    try:
        held = check_folder(folder).inventory.hashes()
        return {item.file for item in compare_files(read_record(folder), held, anew).differences}
    except ProblemError as error:
        return {problem.where for problem in error.problems}


def test_with_other_inputs_the_file_that_was_changed_is_the_cause(own: Place) -> None:
    """With a rating less the numbers differ; data that are not valid cannot be built from."""
    runs = own.root / "reports" / "_build" / "runs"
    run = next(folder for folder in sorted(runs.iterdir())
               if read_record(folder).ingredients.parameters["region"] == "06")  # fmt: skip
    ratings = own.root / "data" / "coding" / "ratings.csv"
    content = ratings.read_bytes()
    header, _, *rest = content.splitlines(keepends=True)
    ratings.write_bytes(b"".join([header, *rest]))
    found = verify(run, rebuild=True)
    ratings.write_bytes(content)
    assert found.faults == ()
    assert found.rebuilt is not None
    assert found.rebuilt.causes == (Cause("input", ("data/coding/ratings.csv",)),)
    assert found.rebuilt.differences
    assert not found.holds
    assert any("made with other versions" in line for line in found.lines())

    projects = own.root / "data" / "register" / "projects.csv"
    projects.write_bytes(projects.read_bytes() + b"not,a,row\n")
    found = verify(run, rebuild=True)
    assert found.rebuilt is not None
    assert found.rebuilt.problems
    assert found.rebuilt.causes == (Cause("input", ("data/register/projects.csv",)),)


def test_its_own_pages_are_borne_out_and_what_was_changed_in_them_is_told(
    published: Published, tmp_path: Path
) -> None:
    """A bundle bears out its own report and press releases."""
    own, bundle, scratch = published.place, published.bundle, tmp_path
    held = read_published(bundle)
    page = bundle / "report" / "digikannustin-valiraportti-fi.html"
    texts = {".html", ".pdf", ".docx"}
    files = sorted(path for path in (bundle / "report").iterdir() if path.suffix in texts)
    assert {path.suffix for path in files} == texts
    for path in files:
        language = path.stem.rpartition("-")[2]
        audit = audit_text(path.name, read_outside_text(path), held, language)
        wrong = [each.sentence.text for each in audit.sentences if each.status != "borne_out"]
        assert wrong == [], path.name
        assert len(audit.sentences) > (500 if path.stem == page.stem else 5)
    # Each number that the report prints of an indicator, by its marks in the page.
    root = lxml.html.fromstring(page.read_bytes())
    spans = root.xpath("//p//span[contains(concat(' ', @class, ' '), ' indicator ')]")
    printed = {" ".join(span.text_content().split()) for span in spans}
    fractions = sorted(text for text in printed if re.fullmatch(r"\d+/\d+", text))
    assert len(fractions) > 10
    for text in fractions:
        (scratch / "own.txt").write_text(f"Osuus on {text}.", encoding="utf-8")
        audit = audit_text("own", read_outside_text(scratch / "own.txt"), held, "fi")
        (sentence,) = audit.sentences
        assert [each.detail for each in sentence.verdicts] == ["no_subject"], text
        assert sentence.verdicts[0].indicators

    said = json.loads((bundle / "findings.json").read_text(encoding="utf-8"))["findings"]
    told = [each["said"]["fi"] for each in said if each["said"]]
    assert len(told) > 10
    (scratch / "briefing.md").write_text("\n\n".join(told), encoding="utf-8")
    done = own.evaltools("audit", str(scratch / "briefing.md"), "--against", str(bundle))
    assert done.returncode == 0, done.stdout
    changed = [re.sub(r"(\d+)/(\d+)", lambda m: f"{int(m[1]) - 1}/{m[2]}", text) for text in told]
    touched = [new for old, new in zip(told, changed, strict=True) if new != old]
    assert touched
    for text in touched:
        (scratch / "briefing.md").write_text(text, encoding="utf-8")
        read = read_outside_text(scratch / "briefing.md")
        assert audit_text("briefing.md", read, held, "fi").fails(), text
    done = own.evaltools("audit", str(scratch / "briefing.md"), "--against", str(bundle))
    assert done.returncode == 1, done.stdout
    # The register says of every finding what the bundle says.
    name, then = ReleaseRegister(own.root).last_findings() or ("", None)
    assert (name, then) == (bundle.name, read_artifact(bundle).findings)
    assert len(then or ()) == len(said)


def test_the_next_report_is_held_against_its_predecessor(
    published: Published, tmp_path: Path
) -> None:
    """Wave 2022 is published; wave 2023 declares the record of it and tells what turned."""
    own, bundle = copy_built(published.place, tmp_path / "own"), published.bundle
    shutil.copytree(published.place.root / "releases", own.root / "releases")
    (record,) = (own.root / "releases").glob("*-record.json")
    declared = f"\npredecessor: {{path: releases/{record.name}}}\n"
    with (own.root / "evaluation.yml").open("a", encoding="utf-8") as file:
        file.write(declared)
    staged = tmp_path / "staged"
    done = own.evaltools("stage", "--to", str(staged), "-p", "wave=2023", "-p", "calls=2020")
    assert done.returncode == 0, done.stderr
    page = (staged / "fi" / "_generated" / "_since.qmd").read_text(encoding="utf-8")

    then = {
        each["id"]: each for each in json.loads((bundle / "findings.json").read_bytes())["findings"]
    }
    now = judged(own, "calls=2020", "wave=2023")
    # Statements of others about the reports of 2022 are not put to those of 2023, and where one of
    # the two has too little to judge by nothing turned.
    both = [name for name in then if name in now and then[name]["asserted"]]
    lacking = {"too_few", "missing", "withheld"}
    turned = [name for name in both if then[name]["outcome"] != now[name]["outcome"]
              and not {then[name]["case"], now[name]["case"]} & lacking]  # fmt: skip
    assert 0 < len(turned) < len(both)
    assert f"Yhteisiä päätelmiä on {len(both)}. Niistä {len(turned)} on kääntynyt." in page
    before, after = (
        {
            (each["kind"], each["id"]): each["level"]
            for each in json.loads((folder / "findings.json").read_bytes())["conclusions"]
        }
        for folder in (bundle, built_folder(own, "calls=2020", "wave=2023"))
    )
    changed = [each for each in {*before, *after} if before.get(each) != after.get(each)]
    assert changed
    assert Words("fi")("since.conclusions.changed", count=len(changed)) in page
    told = unescape(re.sub(r"\]\(#[^)]*\)|\{[^{}]*\}|[\[\]]", "", page))
    rows = [line for line in told.splitlines() if line.startswith("| ")]
    for name in turned:
        sides = [each["said"].get("fi", "") for each in (then[name], now[name])]
        assert any(all(side in row for side in sides) for row in rows), name
    # The same chapter is in the page, and without a predecessor there is none.
    source = (staged / "fi" / "_metadata.yml").read_text(encoding="utf-8")
    assert "predecessor: true" in source
    default = (bundle / "report").glob("*.html")
    assert "sec-edellisen-jalkeen" not in next(default).read_text(encoding="utf-8")

    record.write_bytes(record.read_bytes().replace(b"holds", b"tells"))
    done = own.evaltools("stage", "--to", str(tmp_path / "other"), "-p", "wave=2023")
    assert done.returncode == 1
    assert "altered after it was written" in done.stderr


def built_folder(own: Place, *given: str) -> Path:
    return own.root / "reports" / "_build" / "_".join(each.replace("=", "-") for each in given)


def judged(own: Place, *given: str) -> dict[str, dict[str, Any]]:
    """The findings of a report of the study as it was built before, by id."""
    content = json.loads((built_folder(own, *given) / "findings.json").read_bytes())
    return {each["id"]: each for each in content["findings"]}
