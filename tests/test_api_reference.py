"""The reference of the functions is made from the docstrings and rendered by our own engine."""

from __future__ import annotations

from pathlib import Path

import lxml.html
import pytest

from evaltools import evidence
from tools import architecture_picture
from tools.api_reference import main, write_source


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_source(tmp_path_factory.mktemp("source")).read_text(encoding="utf-8")


def test_all_that_a_package_offers_is_in_it(source: str) -> None:
    for name in evidence.__all__:
        assert f"\n### `{name}` " in source, name


def test_arguments_what_is_returned_and_defaults_are_told(source: str) -> None:
    entry = source.partition("### `wilson` ")[2].partition("\n### ")[0]
    assert "wilson(x: int, n: int, level: float = 0.95) -> Interval" in entry
    assert "10.1080/01621459.1927.10502953" in entry  # Wilson 1927
    entry = source.partition("### `check_data` ")[2].partition("\n### ")[0]
    assert "**Arguments**\n\n- `folder`: " in entry


def test_it_is_rendered_as_a_page_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["api_reference", str(tmp_path)])
    assert main() == 0
    page = lxml.html.parse(tmp_path / "reference.html").getroot()
    headings = {heading.text_content().strip() for heading in page.iter("h4")}
    assert set(evidence.__all__) <= headings
    links = [a.get("href") for a in page.xpath("//nav//a")]
    ids = {element.get("id") for element in page.xpath("//*[@id]")}
    assert links
    assert {link.removeprefix("#") for link in links if link.startswith("#")} <= ids


def test_the_picture_shows_the_layers_that_are_held() -> None:
    assert architecture_picture.PICTURE.read_text(encoding="utf-8") == architecture_picture.draw(
        architecture_picture.read_layers()
    )
