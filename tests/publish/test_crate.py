"""The RO-Crate: every file described, everything that made it named, nothing left to chance."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from published_study import NOTICE

from evaltools.publish.bundle import Bundle


@pytest.fixture(scope="module")
def graph(bundle: Bundle) -> dict[str, dict[str, Any]]:
    content = json.loads((bundle.folder / "ro-crate-metadata.json").read_text("utf-8"))
    return {entity["@id"]: entity for entity in content["@graph"]}


def ids(value: Any) -> list[str]:
    return [item["@id"] for item in (value if isinstance(value, list) else [value])]


def test_every_file_is_a_part_with_type_size_and_digest(
    graph: dict[str, dict[str, Any]], bundle: Bundle
) -> None:
    described = {"ro-crate-metadata.json", "manifest-sha256.txt"}
    assert set(ids(graph["./"]["hasPart"])) == set(bundle.files) - described
    for name in set(bundle.files) - described:
        content = (bundle.folder / name).read_bytes()
        entity = graph[name]
        assert entity["@type"] == "File"
        assert entity["sha256"] == hashlib.sha256(content).hexdigest()
        assert entity["contentSize"] == str(len(content))
        assert "/" in entity["encodingFormat"]


def test_licence_authors_language_and_day_are_those_of_the_study(
    graph: dict[str, dict[str, Any]],
) -> None:
    root = graph["./"]
    assert graph[root["license"]["@id"]]["name"] == "CC BY 4.0"
    assert [graph[name]["name"] for name in ids(root["author"])] == ["evaltools"]
    assert graph[root["inLanguage"]["@id"]]["alternateName"] == "fi"
    assert root["datePublished"] == "2026-11-24"
    assert NOTICE in root["description"]


def test_two_actions_lead_from_the_inputs_to_the_report(graph: dict[str, dict[str, Any]]) -> None:
    run, render = (graph[name] for name in ids(graph["./"]["mentions"]))
    assert run["@type"] == render["@type"] == "CreateAction"
    assert "#input/data/codes.csv" in ids(run["object"])
    assert "#parameter/wave" in ids(run["object"])
    assert "tables/indicators.csv" in ids(run["result"])
    assert set(ids(run["result"])) <= set(ids(render["object"]))
    assert ids(render["result"]) == [
        "report/datapackage.json", "report/indicators.csv", "report/indicators.xlsx",
        "report/tiny-fi.docx", "report/tiny-fi.html", "report/tiny-fi.pdf",
    ]  # fmt: skip
    assert graph[run["instrument"]["@id"]]["name"] == "evaltools"
    assert len(graph["#input/data/codes.csv"]["sha256"]) == 64


def test_everything_that_is_referred_to_is_described(graph: dict[str, dict[str, Any]]) -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, list):
            return [name for item in value for name in references(item)]
        return [value["@id"]] if isinstance(value, dict) else []

    asked = {
        name
        for entity in graph.values()
        for key, value in entity.items()
        for name in references(value)
        if not (key == "conformsTo" and entity["@id"] == "ro-crate-metadata.json")
    }
    assert asked <= set(graph)
