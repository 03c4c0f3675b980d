"""A published bundle as the predecessor of the next report, checked against its own lists."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from published_study import INDICATORS

from evaltools.problems import ProblemError
from evaltools.provenance.predecessor import hash_predecessor, read_predecessor
from evaltools.publish.bundle import Bundle
from evaltools.study import Study, load_study


@pytest.fixture
def following(own: Bundle, tmp_path: Path) -> Study:
    """A study with the bundle in its folder."""
    declared = {"name": "next", "title": {"fi": "Seuraava"}, "predecessor": {"path": "bundle"}}
    (tmp_path / "evaluation.yml").write_text(yaml.safe_dump(declared), "utf-8")
    return load_study(tmp_path)


def test_a_bundle_tells_what_the_next_report_is_held_against(own: Bundle, following: Study) -> None:
    found = read_predecessor(following)
    assert found is not None
    published = yaml.safe_load((own.folder / "study" / "evaluation.yml").read_text("utf-8"))
    assert (found.name, found.study, found.title) == (
        "bundle", published["name"], published["title"],
    )  # fmt: skip
    parts = [part for main in published["questions"] for part in main["parts"]]
    assert found.questions == {part["id"]: part["text"] for part in parts}
    told = {(item.key, item.estimand) for item in found.indicators}
    assert told == {(item.key, item.estimand) for item in INDICATORS if not item.dimensions}
    assert hash_predecessor(following) == {"bundle/manifest-sha256.txt": own.digest}


@pytest.mark.parametrize("name", ["findings.json", "tables/indicators.json", "manifest.json"])
def test_a_bundle_that_was_altered_is_refused(own: Bundle, following: Study, name: str) -> None:
    path = own.folder / name
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(ProblemError) as told:
        read_predecessor(following)
    assert any(name in problem.what for problem in told.value.problems)
