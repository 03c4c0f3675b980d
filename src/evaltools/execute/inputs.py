"""The inputs of a study: the files that its declaration and the description of its data name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from evaltools.execute.plan import DECLARATION, DECLARATIONS

if TYPE_CHECKING:
    from evaltools.evidence import Descriptor
    from evaltools.study import Study

_WORKBOOKS = (".xlsx", ".ods")


def declared_inputs(study: Study) -> tuple[str, ...]:
    """Paths below the study of all that its notebooks may read, sorted.

    The declaration, the descriptor, the file of each table (or the workbook in its place) and the
    texts that the documents name; not every file that lies in the data folder.

    Raises:
        ProblemError: everything that is wrong in the descriptor.
    """
    from evaltools.evidence import load_descriptor
    from evaltools.evidence.descriptor import FILE_NAME

    descriptor = load_descriptor(study.data)
    names = [FILE_NAME, *_texts(study.data, descriptor)]
    for resource in descriptor.resources:
        stem = resource.path.removesuffix(".csv")
        names += [resource.path, *(stem + suffix for suffix in _WORKBOOKS)]
    data = study.data.relative_to(study.root).as_posix()
    found = [f"{data}/{name}" for name in names if (study.data / name).is_file()]
    own = [name for name in DECLARATIONS if (study.root / name).is_file()]
    return tuple(sorted({DECLARATION, *own, *found}))


def _texts(data: Path, descriptor: Descriptor) -> list[str]:
    from evaltools.evidence.tables import read_one  # loads pandas, only where there are texts

    for resource in descriptor.resources:
        if resource.name == "documents" and "text_file" in resource.field_names:
            frame = read_one(data, resource)
            return [] if frame is None else [str(name) for name in frame["text_file"].dropna()]
    return []
