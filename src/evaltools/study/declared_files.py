"""Files that a study declares things in, read into their models, each problem with its line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from evaltools.problems import Problem, ProblemError
from evaltools.yaml_text import line_of, read_yaml

_Model = TypeVar("_Model", bound=BaseModel)
Where = Callable[..., str]
"""From a place in a file, such as `("answers", "1.1")`, to its name and line."""


def read_located(root: Path, name: str) -> tuple[dict[str, Any], Where]:
    """The mapping in a file of a study, and where each of its values stands.

    Raises:
        ProblemError: the file is missing or holds no mapping.
    """
    content, lines = read_yaml(root / name, name)
    return content, lambda *place: f"{name}:{line_of(lines, place)}"


def read_declared(
    root: Path, name: str, model: type[_Model], code: str, languages: Iterable[str] = ()
) -> tuple[_Model, Where]:
    """What a file of a study declares, and where; the defaults of the model without the file.

    Arguments:
        root: the folder of the study.
        name: of the file, from there.
        code: of the problems.
        languages: in which texts must be there.

    Raises:
        ProblemError: all that is wrong, each with its line.
    """
    if not os.path.lexists(root / name):
        return model(), lambda *_: name
    content, where = read_located(root, name)
    try:
        return model.model_validate(content, context={"languages": tuple(languages)}), where
    except ValidationError as error:
        raise ProblemError(
            Problem(
                where(*item["loc"]),
                ".".join(map(str, item["loc"])) + f": {item['msg'].removeprefix('Value error, ')}",
                code=code,
            )
            for item in error.errors()
        ) from None
