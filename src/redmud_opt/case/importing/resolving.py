"""Names of a ledger → names of the case; what the case lacks is added where it calls the library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from redmud_opt.case.faults import Fault
from redmud_opt.case.importing.entries import Entry
from redmud_opt.case.importing.headings import plain
from redmud_opt.case.importing.known import CLASS_OF_SITE, Known, called, only
from redmud_opt.case.importing.layout import Layout
from redmud_opt.case.library import is_library
from redmud_opt.case.names import did_you_mean
from redmud_opt.case.raw import RawRow
from redmud_opt.i18n import Message

Tell = Callable[..., None]


@dataclass
class Added:
    """A row to be added to `sites` or `materials`."""

    name: str
    label: str
    base: str = ""
    cells: dict[str, str] = field(default_factory=dict)
    moistures: set[float | None] = field(default_factory=set)
    first: Entry | None = None


class Resolver:
    """Finds sites, materials and storages; faults gather, each name once."""

    def __init__(self, known: Known, layout: Layout, faults: list[Fault], remarks: list[Message]) -> None:
        self.known, self.layout, self.faults, self.remarks = known, layout, faults, remarks
        self.sites: dict[str, Added | str | None] = {}
        self.materials: dict[tuple[str, ...], Added | str | None] = {}
        self.added: dict[tuple[str, ...], Added] = {}
        self.said: set[tuple[str, ...]] = set()

    def fault(
        self, entry: Entry, field_: str, key: str, remedy: Message | None = None, /, **values: object
    ) -> None:
        """A fault in the column of a field."""
        column = next((self.layout.columns[c][0] for c in self.layout.of(field_)), entry.column)
        message = Message(f"importing.{key}", values)
        self.faults.append(Fault(self.layout.sheet.shown, entry.row, column, message, remedy))

    # ---- sites

    def site(self, entry: Entry, material: str) -> str | None:
        """The site of an entry."""
        text = entry.site
        if not text:
            self.fault(entry, "site", "no_site", Message("importing.say_site"))
            return None
        if text not in self.sites:
            self.sites[text] = self._site(entry, material)
        found = self.sites[text]
        return found.name if isinstance(found, Added) else found

    def _site(self, entry: Entry, material: str) -> Added | str | None:
        text = entry.site
        found, exact = self.known.sites(text), self.known.find("sites", text)
        if len(found) == 1:
            if not exact:
                self._take(entry, text, found[0])
            return found[0]
        if exact:
            self.fault(entry, "site", "many_meant", None, text=text, names=tuple(found))
            return None
        beside = self.known.labels("sites", found) or self.known.beside(text)
        if beside:
            one = Message("case.did_you_mean", {"name": beside[0]})
            several = Message("case.known_names", {"names": tuple(beside)[:12]})
            self.fault(entry, "site", "unknown_site", several if len(beside) > 1 else one, text=text)
            return None
        near = self.known.near("sites", text)
        if not self.known.library or near is not None or text.startswith(("=", "+", "-", "@")):
            remedy = did_you_mean(near or text, self.known.names("sites"))
            self.fault(entry, "site", "unknown_site", remedy, text=text)
            return None
        row = self.known.row("materials", material)
        waste = "" if row is None else row.cells.get("waste_class", "")
        name = self.known.free(text)
        cells = {"name": name, _label(text): text, "kind": CLASS_OF_SITE.get(waste, "other")}
        if entry.longitude is not None and entry.latitude is not None:
            cells |= {"longitude_deg": f"{entry.longitude:.15g}", "latitude_deg": f"{entry.latitude:.15g}"}
        return Added(name, text, cells=cells, first=entry)

    # ---- materials

    def material(self, entry: Entry) -> str | None:
        """The material of an entry."""
        names = (entry.material, entry.code, entry.like)
        if not entry.material and not entry.code and not entry.like:
            self.fault(entry, "material", "no_material", Message("importing.say_material"))
            return None
        home = self._home(entry)
        key = (*names, home)
        if key not in self.materials:
            before = len(self.faults)
            self.materials[key] = self._material(entry, home)
            new = self.faults[before:]
            self.faults[before:] = [one for one in new if (*names, one.message.key) not in self.said]
            self.said |= {(*names, one.message.key) for one in new}
        found = self.materials[key]
        if isinstance(found, Added):
            found.moistures.add(entry.moisture)
            return found.name
        return found

    def base(self, material: str) -> str:
        """The material whose cells an added one takes over; any other is its own."""
        added = (one for one in self.materials.values() if isinstance(one, Added))
        return next((one.base for one in added if one.name == material), material)

    def _home(self, entry: Entry) -> str:
        """The site of the case that an entry speaks of, its own or that of its storage; blank for a new one."""
        if entry.site:
            found = self.known.sites(entry.site)
            return found[0] if len(found) == 1 else ""
        yards = self.known.find("storages", entry.storage) if entry.storage else []
        row = self.known.row("storages", yards[0]) if len(yards) == 1 else None
        return "" if row is None else row.cells.get("site", "")

    def _material(self, entry: Entry, home: str) -> Added | str | None:
        text = entry.material
        found = self.known.find("materials", text) if text else []
        if len(found) == 1 and (not entry.like or self._is_like(found[0], entry.like)):
            return self._agreed(entry, found[0])
        here = self.known.here(home)
        meant = self._like(entry) if entry.like else found or self.known.told(text, entry.code, here)
        if meant is None:
            return None
        meant = only(meant, here) or meant
        if len(meant) > 1:
            remedy = Message("importing.say_like", {"names": tuple(meant)})
            self.fault(entry, "material", "many_meant", remedy, text=text or entry.code, names=tuple(meant))
            return None
        if not meant:
            self._unknown(entry)
            return None
        return self._taken(entry, meant[0])

    def _is_like(self, name: str, like: str) -> bool:
        """Whether the case's own material is the one named, or has been made like it already."""
        row = self.known.row("materials", name)
        named = self.known.find("materials", like)
        return row is not None and not is_library(row) and named in ([name], [row.cells.get("like")])

    def _like(self, entry: Entry) -> list[str] | None:
        found = self.known.find("materials", entry.like)
        if not found:
            remedy = did_you_mean(entry.like, self.known.names("materials"))
            self.fault(entry, "like", "unknown_material", remedy, text=entry.like)
        return found or None

    def _unknown(self, entry: Entry) -> None:
        if entry.material:
            wanted = called(entry.material)
            remedy = did_you_mean(wanted, self.known.names("materials"))
            self.fault(entry, "material", "unknown_material", remedy, text=entry.material)
        else:
            codes = {row.cells["code"] for row in self.known.wastes if "code" in row.cells}
            self.fault(
                entry, "code", "unknown_code", did_you_mean(entry.code, sorted(codes)), text=entry.code
            )

    def _agreed(self, entry: Entry, name: str) -> str | None:
        """The material, unless the ledger gives it another code than the case."""
        row = self.known.row("materials", name)
        code = "" if row is None else row.cells.get("code", "")
        if entry.code and code and code != entry.code:
            self.fault(entry, "code", "code_disagrees", None, text=entry.code, name=name, code=code)
            return None
        return name

    def _taken(self, entry: Entry, name: str) -> Added | str | None:
        """What the case has or uses already as it is; another of the library under the ledger's name, like it.

        A material of the case's own that a row names as its like is meant itself: it arises already.
        """
        row = self.known.row("materials", name)
        if row is None or self._agreed(entry, name) is None:
            return None
        label = entry.material or row.cells.get("label_zh", name)
        held = not is_library(row) or (self.known.in_use(name) and not entry.like)
        if held or not entry.material or plain(label) == name:
            if (label, name) not in self.said:
                self.said.add((label, name))
                self._take(entry, label, name)
            return name
        key = (label, name, entry.code)
        if key not in self.added:
            self.added[key] = self._new(entry, row, label, name)
        return self.added[key]

    def _take(self, entry: Entry, label: str, name: str) -> None:
        """Say what a name is taken for."""
        values = {"text": label, "name": name, "row": str(entry.row)}
        self.remarks.append(Message("importing.taken_for", values))

    def _new(self, entry: Entry, row: RawRow, label: str, name: str) -> Added:
        own = self.known.free(label)
        cells = {"name": own, _label(label): label, "legal_status": row.cells.get("legal_status", "")}
        base = row.cells.get("like", name)
        cells |= {"code": entry.code} if entry.code and "code" not in row.cells else {}
        return Added(own, label, base=base, cells=cells | {"like": base}, first=entry)

    # ---- storages

    def storage(self, entry: Entry, site: str | None, material: str) -> str | None:
        """The storage of an entry: by its name, else the only one of the site that takes the material."""
        text = entry.storage
        found = self.known.find("storages", text) if text else []
        if not text and site is not None:
            found = self.known.storages_at(site, {material, self.base(material)})
        if len(found) == 1:
            return found[0]
        if text and not found:
            remedy = did_you_mean(text, self.known.names("storages"))
            self.fault(entry, "storage", "unknown_storage", remedy, text=text)
        else:
            key = "many_storages" if found else "no_storage"
            values = {"site": entry.site, "material": material, "names": tuple(found)}
            self.fault(entry, "storage", key, Message("importing.say_storage"), **values)
        return None


def _label(text: str) -> str:
    return "label_en" if text.isascii() else "label_zh"
