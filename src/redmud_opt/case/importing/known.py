"""What a case, and the library that it calls, know by name: sites, materials, storages, periods.

A name is found by the name itself or by a label in either language, never by likeness: what is merely near is the
remedy of a fault. A material that the case lacks is told from the library by its code, or by what people call it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

from redmud_opt.case.case import Period, calendar_groups
from redmud_opt.case.draft import NAMING
from redmud_opt.case.figures import Quoter
from redmud_opt.case.importing.headings import plain
from redmud_opt.case.importing.plants import NUMERALS, holds, shares_place
from redmud_opt.case.library import is_library
from redmud_opt.case.likeness import like
from redmud_opt.case.names import FORBIDDEN, nearest, skeleton
from redmud_opt.case.raw import RawRow, RawTable
from redmud_opt.case.reader import Book, calls_library

CALLED = {
    "大修渣": "spl|spent pot lining|spent potlining|pot lining|废槽衬|电解槽大修渣|大修废渣",
    "大修渣一切料": "first cut|first cut spl|废阴极|废阴极炭块|废阴极碳块",
    "大修渣二切料": "second cut|second cut spl|废耐火材料|废保温料",
    "炭渣": "carbon dross|碳渣|电解炭渣|电解碳渣",
    "一次铝灰": "primary ash|primary aluminium ash|primary dross|primary aluminium dross|white dross",
    "二次铝灰": "secondary ash|secondary aluminium ash|secondary dross|secondary aluminium dross|black dross",
    "盐渣": "salt slag|salt cake",
    "赤泥": "red mud|bauxite residue|mud",
}
"""What a waste is called in the library → what else people call it."""

BY_CODE = {"321-023-48": "大修渣", "321-025-48": "炭渣"}
"""Code → what it stands for where several materials bear it."""

CLASS_OF_SITE = {"red_mud": "refinery", "spent_pot_lining": "smelter", "carbon_dross": "smelter"}
"""Waste class → kind of the site where it arises."""

_CALLED = {skeleton(word): name for name, words in CALLED.items() for word in (name, *words.split("|"))}


def called(text: str) -> str:
    """The usual name of a waste by any of its names; the text itself where it has none."""
    return _CALLED.get(skeleton(plain(text)), text)


def _bare(label: str) -> str:
    """A label without what stands in brackets or behind a comma."""
    return plain(label).split("(")[0].split(",")[0].strip()


class Known:
    """Names of a case; those of the library stand behind its own."""

    def __init__(self, book: Book, periods: tuple[Period, ...]) -> None:
        self.library = calls_library(book)
        self.periods = periods
        self.groups = calendar_groups(periods)
        self.tables = Quoter(like(dict(book.tables), periods[0].start, []), periods[0].start, []).run()
        for row in self.rows("groups"):
            name = row.cells.get("group", "")
            self.groups[name] = (*self.groups.get(name, ()), row.cells.get("member", ""))

    def rows(self, table: str) -> tuple[RawRow, ...]:
        """The rows of a table that count."""
        rows = self.tables.get(table, RawTable((), ())).rows
        return tuple(
            row for row in rows if row.cells.get("active", "yes").casefold() not in ("no", "false", "0")
        )

    def members(self, name: str) -> tuple[str, ...]:
        """The members of a group, or the name itself."""
        return self.groups.get(name, (name,))

    def row(self, table: str, name: str) -> RawRow | None:
        """The row of that name."""
        return next((row for row in self.rows(table) if row.cells.get("name") == name), None)

    def find(self, table: str, text: str) -> list[str]:
        """The names that a text stands for: by name, else by label; those of the case before the library's."""
        for wanted in (("name",), ("label_en", "label_zh")):
            for own in (True, False):
                found = [
                    row.cells["name"]
                    for row in self.rows(table)
                    if is_library(row) is not own
                    and "name" in row.cells
                    and any(plain(row.cells.get(column, "")) == plain(text) for column in wanted)
                ]
                if found:
                    return found
        return []

    def names(self, table: str) -> list[str]:
        """Names and labels of a table, for remedies."""
        cells = (row.cells for row in self.rows(table))
        return [text for held in cells for c in ("label_zh", "label_en", "name") if (text := held.get(c))]

    def labels(self, table: str, names: list[str]) -> list[str]:
        """What rows of these names are called, for remedies."""
        rows = (row.cells for row in self.rows(table) if row.cells.get("name") in names)
        return [held.get("label_zh") or held.get("label_en") or held["name"] for held in rows]

    def near(self, table: str, text: str) -> str | None:
        """The name or label that a text is a slip of, if one is very near."""
        meant = nearest(text, self.names(table))
        if meant is None:
            return None
        if NUMERALS.sub("", plain(text)) == NUMERALS.sub("", plain(meant)) and skeleton(text) != skeleton(
            meant
        ):
            return None  # plant 1 is not plant 2
        same = sum(a == b for a, b in zip(plain(text), plain(meant), strict=False))
        return (
            meant if same >= 0.8 * max(len(text), len(meant)) or skeleton(text) == skeleton(meant) else None
        )

    def sites(self, text: str) -> list[str]:
        """The sites that a text stands for: by name or label, else as a part of a label."""
        return self.find("sites", text) or [row.cells["name"] for row in self._plants(holds, text)]

    def beside(self, text: str) -> list[str]:
        """Labels of sites that a text may mean, as it speaks of the same place."""
        column = "label_en" if text.isascii() else "label_zh"
        return [row.cells[column] for row in self._plants(shares_place, text) if column in row.cells]

    def _plants(self, same: Callable[[str, str], bool], text: str) -> list[RawRow]:
        """Sites where waste may arise whose label is the same as a text; those of the case before the library's."""
        found = [
            row
            for row in self.rows("sites")
            if row.cells.get("kind") != "market"
            and (same is holds or not is_library(row) or row.cells.get("kind") in ("refinery", "smelter"))
            and any(same(row.cells.get(column, ""), text) for column in ("label_en", "label_zh"))
            and "name" in row.cells
        ]
        return [row for row in found if not is_library(row)] or found

    @cached_property
    def wastes(self) -> tuple[RawRow, ...]:
        """Materials that arise."""
        return tuple(row for row in self.rows("materials") if row.cells.get("waste_class", "none") != "none")

    def told(self, text: str, code: str, here: frozenset[str] = frozenset()) -> list[str]:
        """The materials that a waste may be, told by its code and by what it is called: one where it is clear.

        Where exactly one of several is among those that the site has (`here`), it is that one.
        """
        usual = called(text) if text else BY_CODE.get(code, "")
        by_code = [row for row in self.wastes if code and row.cells.get("code") == code]
        if not text and (one := only([row.cells["name"] for row in by_code], here)):
            return one
        for own in (True, False):
            rows = [row for row in by_code or self.wastes if is_library(row) is not own]
            exact = [row for row in rows if usual and usual in _labels(row)]
            found = exact or (rows if by_code and not text else [])
            if not found and text and by_code:
                found = [row for row in rows if called(text) == text]
            if found:
                return [row.cells["name"] for row in found]
        return self._of_class(usual, here)

    def _of_class(self, usual: str, here: frozenset[str]) -> list[str]:
        """All muds where only `red mud` is said."""
        if usual != "赤泥":
            return []
        muds = [row for row in self.wastes if row.cells.get("waste_class") == "red_mud"]
        own = [row for row in muds if not is_library(row)]
        return only([row.cells["name"] for row in muds], here) or [row.cells["name"] for row in own or muds]

    def here(self, site: str) -> frozenset[str]:
        """The materials of which the case itself says that they arise, or lie in stock, at a site."""
        arise = {
            row.cells.get("material", "")
            for row in self.rows("arisings")
            if not is_library(row) and row.cells.get("site") == site
        }
        yards = {row.cells.get("name") for row in self.rows("storages") if row.cells.get("site") == site}
        stock = {
            row.cells.get("material", "")
            for row in self.rows("opening_stock")
            if not is_library(row) and row.cells.get("storage") in yards
        }
        return frozenset((arise | stock) - {""}) if site else frozenset()

    def in_use(self, material: str) -> bool:
        """Whether the case itself says that a material arises or lies in stock: the same waste is not another one."""
        rows = (row for table in ("arisings", "opening_stock") for row in self.rows(table))
        return any(not is_library(row) and row.cells.get("material") == material for row in rows)

    def moisture(self, material: str) -> float | None:
        """The moisture that the case states of a material; None where it is no plain number."""
        row = self.row("materials", material)
        try:
            return None if row is None else float(row.cells.get("moisture", "0"))
        except ValueError:
            return None

    def storages_at(self, site: str, materials: set[str]) -> list[str]:
        """Storages of a site that take a material, by its own name or by that of the one that it is like."""
        return [
            row.cells["name"]
            for row in self.rows("storages")
            if row.cells.get("site") == site
            and materials & set(self.members(row.cells.get("material", "")))
            and "name" in row.cells
        ]

    @cached_property
    def taken(self) -> set[str]:
        """Every name that is taken; that of a row that does not count too, as it may count again."""
        found = {*self.groups, *(period.name for period in self.periods)}
        for table, held in self.tables.items():
            column = NAMING.get(table, "name")
            found |= {row.cells[column] for row in held.rows if column in row.cells}
        return found

    def free(self, wanted: str) -> str:
        """A name that is free and holds no sign with a meaning of its own; it is taken from now on."""
        clean = "".join(sign for sign in plain(wanted) if sign not in FORBIDDEN and sign != ".").replace(
            " ", "_"
        )
        skeletons = {skeleton(name) for name in self.taken}
        candidates = (clean, *(f"{clean}_{number}" for number in range(2, 10_000)))
        name = next(one for one in candidates if skeleton(one) not in skeletons)
        self.taken.add(name)
        return name


def only(names: list[str], here: frozenset[str]) -> list[str]:
    """The one of these that the site has; none where it has none or several."""
    found = [name for name in names if name in here]
    return found if len(found) == 1 else []


def _labels(row: RawRow) -> Iterable[str]:
    return {_bare(row.cells.get("label_zh", "")), _bare(row.cells.get("label_en", ""))} - {""}
