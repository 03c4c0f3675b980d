"""Names that libraries make up at random are stable in what a run keeps, or found."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evaltools.pipeline.jobs import Job
from evaltools.pipeline.pool import execute_all
from evaltools.pipeline.progress import Progress
from evaltools.pipeline.stable_outputs import (
    StableIds,
    find_random,
    make_constant_test,
    normalise_outputs,
)

from .conftest import notebook_text

Make = Callable[..., Job]

# How libraries write such names; `{0}` and `{1}` are UUIDs of version 4, `{2}` and `{3}` the same
# without hyphens, `{4}` five digits of one.
SHOWN = {
    "pandas": '<style>#T_{4} th {{color: red}}</style><table id="T_{4}"><td id="T_{4}_row0_col0">',
    "plotly": '<div id="{0}" class="plotly-graph-div"></div><script>Plotly.newPlot("{0}", [])',
    "bokeh": '<div id="{0}" data-root-id="p1001"></div><script>const docs_json = {{"{1}":{{}}}}'
    ';render_items = [{{"docid":"{1}","roots":{{"p1001":"{0}"}}}}];</script>',
    "bokeh_quoted": '<div id="{0}"></div><script>const docs_json = \'{{"{1}":{{}}}}\'</script>',
    "folium": '<div class="folium-map" id="map_{2}"></div><script>var map_{2} = L.map("map_{2}");',
    "altair": '<style>#altair-viz-{2}.vega</style><div id="altair-viz-{2}"></div>',
    "xarray": "<input id='section-{0}' type='checkbox'><label for='section-{0}'>Variables</label>",
    "svg": '<svg><clipPath id="clip-{0}"/><g clip-path="url(#clip-{0})"/></svg>',
    "two": '<a id="{0}"></a><a id="{1}"></a><a href="#{1}">1</a><a href="#{0}">2</a>',
    "unquoted": "<div id={0}></div><a href=#{0}>x</a>",
    "upper": '<div id="X-{5}"></div><a href="#X-{5}">x</a>',
}

CELL = """
import json, uuid
from IPython.display import publish_display_data
one, two = str(uuid.uuid4()), str(uuid.uuid4())
names = (one, two, uuid.uuid4().hex, uuid.uuid4().hex, uuid.uuid4().hex[:5], one.upper())
for text in {texts!r}:
    publish_display_data({{'text/html': text.format(*names)}})
view = {{'model_id': uuid.uuid4().hex, 'version_major': 2}}
publish_display_data({{'application/vnd.jupyter.widget-view+json': view}})
"""
STYLED = (
    "import pandas as pd\nfrom IPython.display import display\n"
    "for _ in range(2): display(pd.DataFrame({'a': [1, 2]}).style.highlight_max(color='red'))"
)
DRAWN = (
    "%config InlineBackend.figure_formats = ['svg']\nimport matplotlib.pyplot as plt\n"
    "plt.plot([1, 2], marker='o'); plt.gca().fill_between([0, 1], [1, 2], hatch='/');"
)


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """Two runs of two notebooks: executed text by name."""
    from evaltools.pipeline.environment import kernel_environment

    folder = tmp_path_factory.mktemp("twice")
    text = notebook_text(CELL.format(texts=tuple(SHOWN.values())), STYLED, DRAWN)
    jobs = []
    for name in ("a.ipynb", "b.ipynb"):
        (folder / name).write_text(text)
        jobs.append(
            Job(name, str(folder / name), str(folder / f"done-{name}"), str(folder),
                {"wave": "2023", "level": 0.9}, kernel_environment(folder, ""))
        )  # fmt: skip
    made = []
    for _ in range(2):
        failures = execute_all(
            lambda: jobs, Progress(), engine="forked", slots=2, environment=jobs[0].environment,
            modules=("pandas", "matplotlib.pyplot"),
        )  # fmt: skip
        assert failures == {}
        made.append({job.name: Path(job.output).read_text() for job in jobs})
    return made


def test_run_comes_out_the_same_twice(twice: list[dict[str, str]]) -> None:
    assert twice[0] == twice[1]


def test_nothing_random_is_left(twice: list[dict[str, str]]) -> None:
    for text in twice[0].values():
        assert list(find_random(json.loads(text), lambda name: False)) == []


def test_two_notebooks_on_one_page_do_not_share_names(twice: list[dict[str, str]]) -> None:
    names = [set(re.findall(r'id=\\"T_([0-9a-f]{10})\W', text)) for text in twice[0].values()]
    assert [len(found) for found in names] == [3, 3]
    assert not names[0] & names[1]


UUIDS = (
    "3f0c6f0e-58a1-4d3b-9d52-0a1b2c3d4e5f", "9b2d7c11-0f6e-4c58-8a77-1122334455ff",
    "a3f0c6f0e58a4d3b9d520a1b2c3d4e5f", "b9b2d7c110f64c588a771122334455ff", "1f3a9",
    "3F0C6F0E-58A1-4D3B-9D52-0A1B2C3D4E5F",
)  # fmt: skip


def notebook_with(*outputs: dict[str, Any], source: str = "1") -> dict[str, Any]:
    cell = {"cell_type": "code", "id": "c", "metadata": {}, "source": source,
            "outputs": [{"output_type": "display_data", "metadata": {}, "data": data}
                        for data in outputs]}  # fmt: skip
    return {"metadata": {}, "cells": [cell]}


def tidied(*outputs: dict[str, Any], constant: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    notebook = notebook_with(*outputs)
    normalise_outputs(notebook, (), StableIds("a.ipynb", lambda name: name in constant))
    return [output["data"] for output in notebook["cells"][0]["outputs"]]


@pytest.mark.parametrize("form", SHOWN)
def test_references_lead_where_they_led_before(form: str) -> None:
    text = SHOWN[form].format(*UUIDS)
    made = str(tidied({"text/html": text})[0]["text/html"])
    assert not any(name in made for name in UUIDS if name in text)
    # The same places hold the same names, and different names stay different.
    names = [name for name in UUIDS if name in text]
    pieces = re.split("|".join(names), text)
    pattern = "(.+?)".join(map(re.escape, pieces[:-1])) + "(.+?)" + re.escape(pieces[-1])
    found = re.fullmatch(pattern, made, re.DOTALL)
    assert found is not None
    given = dict(zip(re.findall("|".join(names), text), found.groups(), strict=True))
    assert [given[name] for name in re.findall("|".join(names), text)] == list(found.groups())
    assert len(set(given.values())) == len(names)


def test_reference_from_a_later_output_is_followed() -> None:
    first, second = tidied(
        {"text/html": f'<div id="{UUIDS[0]}">'},
        {"application/javascript": f"document.getElementById('{UUIDS[0]}')"},
    )
    name = re.search('id="(.*)"', first["text/html"])
    assert name is not None
    assert name[1] in second["application/javascript"]


def test_json_stays_json_and_lines_stay_text() -> None:
    view = {"model_id": UUIDS[2], "version_major": 2}
    (made,) = tidied({"application/vnd.jupyter.widget-view+json": view, "text/plain": ["a", "b"]})
    shown = made["application/vnd.jupyter.widget-view+json"]
    assert set(shown) == set(view)
    assert shown["model_id"] != UUIDS[2]
    assert made["text/plain"] == ["a", "b"]


@pytest.mark.parametrize(
    "data",
    [
        {"text/html": f"<td>{UUIDS[0]}</td>"},  # shown and not a name of an element
        {"text/html": f'<a href="https://example.org/{UUIDS[0]}">'},
        {"text/plain": UUIDS[2]},
        {"text/html": '<td id="row-12">T_1f3a</td> T_123456 d41d8cd98f00b204e9800998ecf8427e'},
        {"image/png": UUIDS[2]},
        {"application/vnd.evaltools.indicators+json": [{"key": UUIDS[0], "id": UUIDS[0]}]},
    ],
)
def test_what_only_looks_like_such_a_name_is_left_alone(data: dict[str, Any]) -> None:
    assert tidied(json.loads(json.dumps(data))) == [data]


def test_name_that_stands_in_the_data_is_left_alone_and_not_found(tmp_path: Path) -> None:
    (tmp_path / "projects.csv").write_text(f"project\n{UUIDS[0]}\n")
    constant = make_constant_test(
        f"key = '{UUIDS[1]}'", [tmp_path / "projects.csv", tmp_path / "none"]
    )
    data = {"text/html": f'<tr id="{UUIDS[0]}"><td>{UUIDS[0]} {UUIDS[1]}</td>'}
    assert tidied(dict(data), constant=UUIDS[:2]) == [data]
    assert list(find_random(notebook_with(data), constant)) == []


@pytest.mark.parametrize(
    "text",
    [
        f"<td>{UUIDS[0]}</td>",
        UUIDS[2],
        "id 0x7f00aa11bb22",
        "/tmp/tmpab1_cd23/x.csv",
        '<div id="a1b2c3d4e5"></div>',
        '<div id="chart-00ff11aa">',
        "T_1f3a9",
    ],
)
def test_what_is_random_and_cannot_be_made_stable_is_found(text: str) -> None:
    assert len(list(find_random(notebook_with({"text/html": text}), lambda name: False))) == 1
    if "id=" not in text:
        stream = {"output_type": "stream", "name": "stdout", "text": text}
        notebook = notebook_with()
        notebook["cells"][0]["outputs"] = [stream]
        assert [index for index, _ in find_random(notebook, lambda name: False)] == [0]


@pytest.mark.parametrize(
    "text",
    [
        '<div id="fig-results"></div>', '<tr id="row-20220430">', '<a id="deadbeef">',
        "0xdeadbeef", "at 0x0", "template", "d41d8cd98f00b204e9800998ecf8427e",
        "37 % (19/52)", "2022-04-30", "0.1234567890123456",
    ],
)  # fmt: skip
def test_what_is_not_random_is_not_found(text: str) -> None:
    assert list(find_random(notebook_with({"text/html": text}), lambda name: False)) == []


def test_executed_notebook_keeps_a_uuid_of_its_data(make_job: Make, tmp_path: Path) -> None:
    (tmp_path / "keys.csv").write_text(f"{UUIDS[0]}\n")
    html = f"<div id='{UUIDS[0]}'>"
    job = make_job(
        f"from IPython.display import HTML\nHTML({html[:20]!r} + {html[20:]!r})",
        inputs=("keys.csv",),
    )
    job = replace(job, data="")
    assert execute_all(
        lambda: [job], Progress(), engine="spawned", slots=1, environment=job.environment
    ) == {}  # fmt: skip
    assert UUIDS[0] in Path(job.output).read_text()
