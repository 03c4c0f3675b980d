"""JupyterLab on the study's notebooks, as they are or with parameters filled in."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote

from evaltools.files import replace_file
from evaltools.pipeline.notebooks import read_notebook
from evaltools.problems import Problem, ProblemError
from evaltools.study import STUDY_VARIABLE

if TYPE_CHECKING:
    from evaltools.study import Parameters, Study


from evaltools.coding.session import load_words
from evaltools.study import Language, Study

_SETTINGS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}


def open_lab(study: Study, page: Path, port: int, browser: bool) -> NoReturn:
    """Become JupyterLab on the study's folder.

    Arguments:
        page: what is opened first, below the study.
        port: of the server on this machine.
        browser: open a window.

    Raises:
        ProblemError: there is no JupyterLab in this environment.
    """
    place = quote(page.relative_to(study.root).as_posix())
    shown = f"--LabApp.default_url=/lab/tree/{place}"
    _exec_jupyterlab(study, _find_jupyterlab(), study.root, port, browser, shown)


def open_notebook(study: Study, path: Path, port: int, browser: bool) -> NoReturn:
    """Become JupyterLab on one notebook, at the port that is asked for or not at all.

    What a coding panel could not save yet is kept by the browser for the address it was opened
    at, so another port would not find it.

    Arguments:
        path: the notebook; its folder is all that is shown.
        port: of the server on this machine.
        browser: open a window.

    Raises:
        ProblemError: there is no JupyterLab in this environment, or the port is taken.
    """
    program = _find_jupyterlab()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            what = "is taken, perhaps by a JupyterLab that is open already"
            remedy = "Go on in that window, close it first, or give another port by --port."
            problem = Problem(f"port {port}", what, "", remedy, "lab.port")
            raise ProblemError([problem]) from None
    shown = [f"--LabApp.default_url=/doc/tree/{quote(path.name)}", "--ServerApp.port_retries=0"]
    _exec_jupyterlab(study, program, path.parent, port, browser, *shown)


def _find_jupyterlab() -> Path:
    program = Path(sys.executable).with_name("jupyter-lab")
    if not program.exists():
        what, remedy = "is not in this environment", "Use 'make lab'."
        raise ProblemError([Problem("JupyterLab", what, "", remedy, "lab.none")])
    return program


def _exec_jupyterlab(
    study: Study, program: Path, opened: Path, port: int, browser: bool, *more: str
) -> NoReturn:
    arguments = [str(program), f"--port={port}", f"--ServerApp.root_dir={opened}", *more]
    # Nothing is asked of the network: no news, no look for updates.
    arguments += ["--LabApp.news_url=None"]
    arguments += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    # In a container there is nobody else to be but root.
    arguments += ["--allow-root"] * (os.geteuid() == 0) + ["--no-browser"] * (not browser)
    _write_lab_settings(study)
    os.environ[STUDY_VARIABLE] = str(study.root)
    os.execv(program, arguments)


def _write_lab_settings(study: Study) -> None:
    """Have JupyterLab not ask whether it may fetch news; the question lies over a panel's keys.

    A default only: what someone has chosen for themselves holds.
    """
    folder = study.build / "lab" / "config"
    place = folder / "labconfig" / "default_setting_overrides.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    replace_file(place, json.dumps(_SETTINGS).encode())
    earlier = os.environ.get("JUPYTER_CONFIG_PATH", "")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [str(folder), earlier]))


def write_filled_notebooks(study: Study, parameters: Parameters) -> Path:
    """Write copies of the notebooks whose parameters cell holds the given values, into a folder.

    Copies that are there already are left alone: someone may have worked in them.
    """
    folder = study.build / "lab" / parameters.slug()
    folder.mkdir(parents=True, exist_ok=True)
    for path in study.notebooks:
        copy = folder / path.name
        if not copy.exists():
            notebook = fill_parameters(read_notebook(path, path.name), parameters)
            text = json.dumps(notebook, ensure_ascii=False, indent=1)
            replace_file(copy, f"{text}\n".encode())
    return folder


def fill_parameters(notebook: dict[str, Any], parameters: Parameters) -> dict[str, Any]:
    """The notebook with other values in its parameters cell.

    Derived parameters stay open, so that they go on following the values they derive from.
    """
    changed = parameters.changed()
    values = {
        name: None if item.derived and name not in changed else parameters.as_values()[name]
        for name, item in parameters.declarations.items()
    }
    source = "".join(f"{name} = {value!r}\n" for name, value in values.items()).rstrip("\n")
    cells = [
        {**cell, "source": source} if "parameters" in cell["metadata"].get("tags", []) else cell
        for cell in notebook["cells"]
    ]
    return {**notebook, "cells": cells}


def write_coding_notebook(
    study: Study, coder_id: str, round_: int, language: Language, document: str | None
) -> Path:
    """The notebook of a coder and round, below what is built; written where it is missing.

    A document that is opened first has a notebook of its own.
    """
    named = f"-{document}" if document else ""
    path = study.build / "lab" / f"coding-{coder_id}" / f"round-{round_}{named}-{language}.ipynb"
    more = f", document={document!r}" if document else ""
    given = f"coder={coder_id!r}, round={round_}, language={language!r}{more}"
    return _write(path, language, "CodingPanel", given)


def write_disagreement_notebook(study: Study, round_: int, language: Language) -> Path:
    """The notebook of the disagreement browser for a round; written where it is missing."""
    path = study.build / "lab" / "disagreements" / f"round-{round_}-{language}.ipynb"
    return _write(path, language, "DisagreementPanel", f"round={round_}, language={language!r}")


def _write(path: Path, language: Language, panel: str, given: str) -> Path:
    if path.exists():
        return path
    source = f"from evaltools.coding import {panel}\n\n{panel}({given})"
    instructions = load_words(language)["notebook"]
    notebook = {
        "cells": [
            {"cell_type": "markdown", "id": "how", "metadata": {}, "source": instructions},
            {"cell_type": "code", "id": "panel", "metadata": {}, "execution_count": None,
             "outputs": [], "source": source},
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, f"{json.dumps(notebook, ensure_ascii=False)}\n".encode())
    return path
