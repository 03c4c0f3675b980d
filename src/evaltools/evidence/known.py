"""Known tables: what the engine reads of a study's tables, and what of it has to be there.

Every table is optional, and of a table every column but those it is nothing without: what is not
there is read as empty. A study's descriptor may have tables and columns of its own beside these,
and may ask for more of its columns (`required`, `enum`, `pattern`). What the engine asks for holds
whether or not the descriptor says it: keys, references, and values that chapters tell apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from evaltools.evidence.descriptor import ForeignKey, Resource
from evaltools.evidence.quoting import listed, suggestion
from evaltools.problems import Problem


@dataclass(frozen=True)
class KnownTable:
    """What the engine knows of a table.

    Arguments:
        columns: type of each.
        key: columns that tell the rows apart.
        needed: columns that no row can be without, among them those of the key but for such as
            only belong to it where the table has them.
        references: column of which table each of these is.
        values: what may stand in a column, since chapters tell these apart.
    """

    columns: Mapping[str, str]
    key: tuple[str, ...]
    needed: tuple[str, ...] = ()
    references: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def _table(
    key: str,
    needed: str = "",
    *,
    references: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    **columns: str,
) -> KnownTable:
    """A table in short: names with spaces between, columns by their type.

    A name of the key with a question mark belongs to it where the table has such a column.
    """
    targets = {name: one.split(".") for name, one in (references or {}).items()}
    return KnownTable(
        {name: kind for kind, names in columns.items() for name in names.split()},
        tuple(name.rstrip("?") for name in key.split()),
        tuple(name for name in f"{key} {needed}".split() if not name.endswith("?")),
        {name: (table, column) for name, (table, column) in targets.items()},
        {name: tuple(allowed.split()) for name, allowed in (values or {}).items()},
    )


_DOCUMENT = {"document_id": "documents.document_id"}
_SEGMENT = {"segment_id": "segments.segment_id"}
_CODE = {"code_id": "codes.code_id"}
_SHOWN = dict.fromkeys(("owner_named", "budget_line", "in_use", "spread"), "yes no silent")

KNOWN: Mapping[str, KnownTable] = {
    "calls": _table(
        "call_id",
        string="call_id subject_fi subject_sv subject_en note source",
        integer="year applications granted",
        number="granted_eur",
        boolean="joint_only",
        date="opened closed decided projects_end",
    ),
    "appropriations": _table(
        "year", "amount_eur", integer="year", number="amount_eur", string="note source"
    ),
    "organisations": _table(
        "org_id",
        string="org_id kind name_fi name_sv municipality_code size_class origin",
        integer="population",
    ),
    "projects": _table(
        "project_id",
        string="project_id call_id title_fi title_sv lead_org_id origin source note "
        "register_number",
        number="grant_eur total_cost_eur",
        date="decided started ended",
        references={"call_id": "calls.call_id", "lead_org_id": "organisations.org_id"},
    ),
    "participations": _table(
        "project_id org_id",
        "role",
        string="project_id org_id role source",
        number="share_eur",
        references={"project_id": "projects.project_id", "org_id": "organisations.org_id"},
        values={"role": "lead partner vendor"},
    ),
    "prior_ties": _table(
        "org_a org_b year",
        string="org_a org_b register project_ref",
        integer="year",
        references={"org_a": "organisations.org_id", "org_b": "organisations.org_id"},
    ),
    "municipalities": _table(
        "year? code",
        string="code name_fi name_sv language_status municipality_group region_code subregion_code",
        integer="year population",
    ),
    "municipality_changes": _table(
        "in_force ended_code",
        "successor_code",
        date="in_force",
        string="ended_code ended_name successor_code successor_name",
    ),
    "regions": _table(
        "region_code",
        string="region_code name_fi name_sv name_en",
        integer="tile_row tile_column",
    ),
    "facts": _table("fact_id", "value", string="fact_id unit meaning source", number="value"),
    "documents": _table(
        "document_id",
        "project_id kind",
        string="document_id project_id kind language text_file text_sha256 file file_sha256 "
        "public_status",
        integer="wave pages",
        date="received",
        references={"project_id": "projects.project_id"},
        values={
            "kind": "final interim application decision",
            "public_status": "public partly_secret secret",
        },
    ),
    "sections": _table(
        "document_id start",
        string="document_id section heading",
        integer="start end page",
        references=_DOCUMENT,
    ),
    "codes": _table(
        "code_id",
        "kind",
        string="code_id codebook_version parent_id kind label_fi label_sv label_en definition "
        "include exclude retired",
        boolean="codable",
        references={"parent_id": "codes.code_id"},
    ),
    "code_changes": _table(
        "from_version to_version from_code_id to_code_id",
        "kind",
        string="from_version to_version from_code_id to_code_id kind note",
        references={"from_code_id": "codes.code_id", "to_code_id": "codes.code_id"},
        values={"kind": "rename split merge redefine"},
    ),
    "keywords": _table(
        "code_id language pattern",
        "use",
        string="code_id language pattern use note",
        references=_CODE,
        values={"use": "include exclude"},
    ),
    "coders": _table(
        "coder_id",
        "role",
        string="coder_id pseudonym role",
        date="trained_on",
        values={"role": "coder consensus"},
    ),
    "readings": _table(
        "document_id coder_id round",
        "complete",
        string="document_id coder_id codebook_version",
        integer="round",
        boolean="complete",
        references=_DOCUMENT | {"coder_id": "coders.coder_id"},
    ),
    "segments": _table(
        "segment_id",
        "document_id",
        string="segment_id document_id quote prefix suffix section origin_tool origin_guid "
        "offset_convention",
        integer="start end page",
        references=_DOCUMENT,
    ),
    "codings": _table(
        "coding_id",
        "segment_id code_id coder_id polarity round",
        string="coding_id segment_id code_id coder_id polarity certainty consensus_of",
        integer="round",
        date="created",
        references=_SEGMENT | _CODE | {"coder_id": "coders.coder_id"},
        values={"polarity": "affirm deny mixed", "certainty": "sure unsure"},
    ),
    "relations": _table(
        "relation_id",
        "from_segment_id to_segment_id kind coder_id",
        string="relation_id from_segment_id to_segment_id kind coder_id",
        references={
            "from_segment_id": "segments.segment_id",
            "to_segment_id": "segments.segment_id",
            "coder_id": "coders.coder_id",
        },
        values={"kind": "answers leads_to rival counter"},
    ),
    "goals": _table(
        "goal_id",
        "project_id document_id code_id attainment measured_by",
        string="goal_id project_id document_id code_id segment_id attainment measured_by "
        "result_segment_id",
        boolean="has_metric has_baseline has_target",
        references=_DOCUMENT
        | _CODE
        | _SEGMENT
        | {"project_id": "projects.project_id", "result_segment_id": "segments.segment_id"},
        values={
            "attainment": "achieved partly not_achieved not_reported",
            "measured_by": "measured estimated asserted none",
        },
    ),
    "rating_items": _table(
        "item_id",
        "scale_min scale_max",
        string="item_id label_fi label_sv label_en",
        integer="scale_min scale_max",
    ),
    "ratings": _table(
        "document_id? project_id? item_id rater_kind",
        "value",
        string="document_id item_id rater_kind",
        integer="value",
        references=_DOCUMENT
        | {"project_id": "projects.project_id", "item_id": "rating_items.item_id"},
    ),
    "saving_claims": _table(
        "claim_id",
        "document_id",
        string="claim_id document_id segment_id period",
        number="amount_eur",
        boolean="has_baseline has_method",
        references=_DOCUMENT | _SEGMENT,
        values={"period": "once yearly"},
    ),
    "rooting": _table(
        "goal_id",
        string="goal_id owner_named budget_line in_use spread",
        references={"goal_id": "goals.goal_id"},
        values=_SHOWN,
    ),
    "redactions": _table(
        "segment_id",
        "text_public reason approved_by",
        string="segment_id text_public reason approved_by",
        references=_SEGMENT | {"approved_by": "coders.coder_id"},
        values={"reason": "person contact third_party amount identifying paraphrase"},
    ),
}

LATER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "projects": ("register_number",),
    "documents": ("file", "file_sha256", "public_status"),
    "codes": ("retired",),
    "readings": ("codebook_version",),
    "segments": ("origin_tool", "origin_guid", "offset_convention"),
    "codings": ("certainty", "consensus_of"),
}
"""Columns that files from before them need not have, though the descriptor names them.

An evaluation goes on for years, and its folder with it: what an earlier file could not know of is
no mistake in it. Any other column that the descriptor names has to be in the file.
"""

DTYPES: Mapping[str, Any] = {
    "string": "string",
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
    "date": "datetime64[us]",
}
"""What pandas calls the types of a descriptor."""


def strengthened(
    resources: tuple[Resource, ...], where: str
) -> tuple[tuple[Resource, ...], list[Problem]]:
    """Tables as the descriptor has them, with what the engine asks for in any case.

    Arguments:
        resources: of the descriptor.
        where: how to name the descriptor.

    Returns them, and what the engine cannot read in them.
    """
    there = {resource.name: set(resource.field_names) for resource in resources}
    problems: list[Problem] = []
    made = []
    for resource in resources:
        known = KNOWN.get(resource.name)
        if known is None:
            made.append(resource)
            continue
        problems += _unreadable(resource, known, f"{where}, resource {resource.name}")
        fields = tuple(
            replace(
                one,
                required=one.required or one.name in known.needed,
                enum=one.enum or known.values.get(one.name, ()),
            )
            for one in resource.fields
        )
        own = {key.fields for key in resource.foreign_keys}
        keys = tuple(
            ForeignKey((column,), table, (target,))
            for column, (table, target) in known.references.items()
            if column in there[resource.name]
            and target in there.get(table, ())
            and (column,) not in own
        )
        made.append(
            replace(
                resource,
                fields=fields,
                primary_key=resource.primary_key
                or tuple(name for name in known.key if name in there[resource.name]),
                foreign_keys=resource.foreign_keys + keys,
            )
        )
    return tuple(made), problems


def _unreadable(resource: Resource, known: KnownTable, place: str) -> Iterator[Problem]:
    names = resource.field_names
    for column in known.needed:
        if column not in names:
            near = suggestion(column, names)
            yield Problem(
                place,
                f"it has no column {column}",
                listed(known.needed),
                near or "Call the column so, here and in the file, or take the table out.",
                "descriptor.column-missing",
            )
    for one in resource.fields:
        wanted = known.columns.get(one.name, one.type)
        if one.type != wanted and (one.type, wanted) != ("integer", "number"):
            yield Problem(
                f"{place}, field {one.name}",
                f"its type is {one.type}",
                wanted,
                f"Give it the type {wanted}, or another name.",
                "descriptor.column-type",
            )
        allowed = known.values.get(one.name)
        if allowed and (others := [value for value in one.enum if value not in allowed]):
            yield Problem(
                f"{place}, field {one.name}",
                f"enum has {listed(others)}",
                listed(allowed),
                "Take out what no chapter can tell apart.",
                "descriptor.column-values",
            )


def may_be_absent(table: str, column: str) -> bool:
    """Whether a file without the column is one from before it."""
    return column in LATER_COLUMNS.get(table, ())


def completed(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables with every known column and every known table, empty where the study has none.

    Arguments:
        tables: frames by name; those that lack nothing are given back as they are.

    Returns the frames in the same order, then the tables that were added.
    """
    whole: dict[str, pd.DataFrame] = {}
    for name, frame in tables.items():
        columns = KNOWN[name].columns if name in KNOWN else {}
        added = {
            column: empty(kind, len(frame)).set_axis(frame.index)
            for column, kind in columns.items()
            if column not in frame.columns
        }
        for column, kind in columns.items():
            if kind == "number" and column in frame and str(frame[column].dtype) == "Int64":
                added[column] = frame[column].astype("float64")
        whole[name] = frame.assign(**added) if added else frame
        whole[name].attrs = frame.attrs
    for name, known in KNOWN.items():
        if name not in whole:
            index = pd.Index(np.array([], dtype="int64"), name="row")
            values = {column: empty(kind, 0) for column, kind in known.columns.items()}
            whole[name] = pd.DataFrame(values).set_axis(index)
    return whole


def empty(kind: str, length: int) -> pd.Series:
    """A column of a type in which nothing stands."""
    return pd.Series([None] * length, dtype=DTYPES[kind])
