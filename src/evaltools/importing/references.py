"""Rows that refer to a row: they follow when it is renamed, and go when it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from evaltools.evidence.descriptor import Descriptor, Field, Resource
from evaltools.importing.rows import Row, Rows


class Tables:
    """Tables that are changed together, read when they are first needed.

    Arguments:
        descriptor: tells which columns refer to which.
        read: reads a table.
    """

    def __init__(self, descriptor: Descriptor, read: Callable[[Resource], Rows]) -> None:
        self.descriptor = descriptor
        self._read = read
        self._tables: dict[str, Rows] = {}
        self.changed: set[str] = set()

    def __getitem__(self, name: str) -> Rows:
        if name not in self._tables:
            self._tables[name] = self._read(self.descriptor.resource(name))
        return self._tables[name]

    def put(self, name: str, rows: Rows) -> None:
        """Put a changed table in the place of one."""
        if rows.lines != self[name].lines:
            self.changed.add(name)
        self._tables[name] = rows

    def rename(self, name: str, renamed: Mapping[str, str]) -> None:
        """Have everything that refers to rows of a table by their old names use the new ones.

        Identifiers that begin with the name of such a row, as those of codings do with that of
        their passage, follow as well.
        """
        if not renamed:
            return
        for resource, field in self._referring(name):
            own = resource.primary_key[0] if len(resource.primary_key) == 1 else ""
            follow: dict[str, str] = {}

            def follow_up(
                row: Row, column: str = field.name, own: str = own, follow: dict[str, str] = follow
            ) -> Row:
                old = row.get(column, "")
                if old not in renamed:
                    return row
                cells = {**row, column: renamed[old]}
                if own and own != column and row[own].startswith(f"{old}-"):
                    cells[own] = renamed[old] + row[own].removeprefix(old)
                    follow[row[own]] = cells[own]
                return cells

            self.put(resource.name, self[resource.name].changed(follow_up))
            self.rename(resource.name, follow)

    def drop(self, name: str, ids: set[str]) -> list[tuple[str, Row]]:
        """Take rows out of a table, and whatever cannot be without them.

        A row that may be without is kept with an empty cell.

        Arguments:
            ids: values of the table's primary key.

        Returns (table, row as it was) of each row that was taken out or emptied in a cell.
        """
        key = self.descriptor.resource(name).primary_key[0]
        return self._take(name, key, ids, True) if ids else []

    def _take(self, name: str, column: str, ids: set[str], whole: bool) -> list[tuple[str, Row]]:
        taken: list[tuple[str, Row]] = []
        gone: set[str] = set()
        resource = self.descriptor.resource(name)
        own = resource.primary_key[0] if len(resource.primary_key) == 1 else ""

        def without(row: Row) -> Row | None:
            if row.get(column, "") not in ids:
                return row
            taken.append((name, row))
            if not whole:
                return {**row, column: ""}
            if own:
                gone.add(row[own])
            return None

        self.put(name, self[name].changed(without))
        if gone:
            for referring, field in self._referring(name):
                whole_row = field.required or field.name in referring.primary_key
                taken += self._take(referring.name, field.name, gone, whole_row)
        return taken

    def _referring(self, name: str) -> list[tuple[Resource, Field]]:
        """Tables and columns that refer to a table by one column."""
        found = []
        for resource in self.descriptor.resources:
            for key in resource.foreign_keys:
                if key.resource == name and len(key.fields) == 1:
                    field = next(item for item in resource.fields if item.name == key.fields[0])
                    found.append((resource, field))
        return found
