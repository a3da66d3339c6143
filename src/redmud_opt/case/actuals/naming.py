"""Names and labels of a file → sites, storages, outlets, lines and materials of the case; nothing is ever added."""

from __future__ import annotations

from typing import NamedTuple

from redmud_opt.case.case import Case
from redmud_opt.case.faults import Fault
from redmud_opt.case.importing.entries import Cells
from redmud_opt.case.importing.known import Known
from redmud_opt.case.names import did_you_mean
from redmud_opt.i18n import Message

PLACES = ("sites", "storages", "outlets", "facilities", "lines")


class Place(NamedTuple):
    """Where something is: its site, and the storage, outlet or line, if one is named."""

    site: str
    storage: str = ""
    outlet: str = ""
    line: str = ""


class Naming:
    """Finds what names stand for; each unknown name is told once, where it first stands."""

    def __init__(self, case: Case, known: Known, faults: list[Fault], remarks: list[Message]) -> None:
        self.case, self.known, self.faults, self.remarks = case, known, faults, remarks
        self.facility_site = {row.name: row.site for row in case.facilities}
        self.site_of = {
            "sites": {row.name: row.name for row in case.sites},
            "storages": {row.name: row.site for row in case.storages},
            "outlets": {row.name: row.site for row in case.outlets},
            "facilities": self.facility_site,
            "lines": {row.name: self.facility_site[row.facility] for row in case.lines},
        }
        self.materials = {row.name: row for row in case.materials}
        self.said: set[tuple[str, str]] = set()

    def _fault(
        self, cells: Cells, field: str, key: str, text: str, remedy: Message | None, **more: object
    ) -> None:
        if (key, text) in self.said:
            return
        self.said.add((key, text))
        column = next((cells.layout.columns[c][0] for c in cells.layout.of(field)), "")
        cells.fault(column, Message(f"actuals.{key}", {"text": text} | more), remedy)

    def place(self, cells: Cells, field: str, text: str, tables: tuple[str, ...] = PLACES) -> Place | None:
        """What a text stands for among some tables: by name or label; of a site also a part of its label."""
        for table in tables:
            found = [name for name in self.known.find(table, text) if name in self.site_of[table]]
            if table == "sites" and not found:
                found = [name for name in self.known.sites(text) if name in self.site_of[table]]
            if len(found) == 1:
                site = self.site_of[table][found[0]]
                kind = {"storages": "storage", "outlets": "outlet", "lines": "line"}.get(table)
                return Place(site, **({kind: found[0]} if kind else {}))
            if found:
                remedy = Message("case.known_names", {"names": tuple(found)})
                self._fault(cells, field, "place_of_many", text, remedy)
                return None
        names = [name for table in tables for name in self.known.names(table)]
        self._fault(cells, field, "unknown_place", text, did_you_mean(text, names))
        return None

    def material(self, cells: Cells, field: str, text: str, code: str, site: str) -> str | None:
        """The material of a row."""
        if not text and not code:
            self._fault(cells, field, "no_material", "", Message("importing.say_material"))
            return None
        found = (
            [name for name in self.known.find("materials", text) if name in self.materials] if text else []
        )
        if not found:
            told = self.known.told(text, code, self.known.here(site))
            found = [name for name in told if name in self.materials]
        if len(found) == 1:
            return found[0]
        if found:
            remedy = Message("case.known_names", {"names": tuple(found)})
            self._fault(cells, field, "material_of_many", text or code, remedy)
        else:
            near = did_you_mean(text or code, self.known.names("materials")) if text else None
            self._fault(cells, field, "unknown_material", text or code, near)
        return None
