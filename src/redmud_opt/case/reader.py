"""The files of a case as text: a folder, or a scenario on its base, and the rule pack."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from redmud_opt.case.asof import as_of
from redmud_opt.case.bundle import find_bundled
from redmud_opt.case.case import RULE_PACK_TABLES, TABLES, Period
from redmud_opt.case.columns import Place
from redmud_opt.case.faults import Fault
from redmud_opt.case.filed import FILED, filed_by_others, with_filed
from redmud_opt.case.library import LIBRARY, join
from redmud_opt.case.names import did_you_mean
from redmud_opt.case.periods import read_periods
from redmud_opt.case.raw import RawTable, RawTables, missing_columns, parse_table, read_bytes
from redmud_opt.case.scenario import SCENARIO_KEYS, merge
from redmud_opt.case.settings import OTHER_KEYS, SETTINGS, check_version, unknown_keys
from redmud_opt.case.values import BadValue, read_flag
from redmud_opt.case.yamltext import Mapping, Node, Scalar, read_yaml
from redmud_opt.i18n import Message

_WORKBOOKS = {".xlsx", ".xls", ".xlsm", ".ods", ".tsv"}


@dataclass(slots=True)
class Book:
    """A case as text: keys of case.yaml with their places, and tables.

    own: the tables as the files have them, where the library has added its rows and a scenario its changes.
    """

    shown: str
    keys: dict[str, tuple[Node, Place]] = field(default_factory=dict)
    tables: RawTables = field(default_factory=dict)
    own: RawTables = field(default_factory=dict)
    whole: bool = True


class Reader:
    """Reads the files of one case; faults and hashes gather here. `lends`: whether the library adds its rows."""

    def __init__(
        self, root: Path, packs: dict[str, Path], library: Path | None = None, *, lends: bool = True
    ) -> None:
        self.root, self.packs, self.library, self.lends = root, packs, library, lends
        self.faults: list[Fault] = []
        self.files: dict[str, str] = {}

    def shown(self, path: Path) -> str:
        """The path as people see it: relative to the case."""
        return Path(os.path.relpath(path, self.root)).as_posix()

    def text(self, path: Path, shown: str | None = None) -> str | None:
        """The text of a file, its hash noted."""
        shown = shown or self.shown(path)
        found = read_bytes(path, shown, self.faults)
        if found is None:
            return None
        self.files[shown] = found[1]
        return found[0]

    def fault(self, shown: str, message: Message, remedy: Message | None = None, line: int = 0) -> None:
        """Note a fault of a whole file."""
        self.faults.append(Fault(shown, line, "", message, remedy))

    def book(self, path: Path, chain: tuple[Path, ...] = ()) -> Book:
        """A folder or a scenario file as text."""
        path = path.resolve()
        if path in chain:
            names = tuple(entry.name for entry in (*chain[chain.index(path) :], path))
            self.fault(self.shown(chain[-1]), Message("case.base_loop", {"names": names}))
            return Book(self.shown(path), whole=False)
        if path.is_dir():
            return self.folder(path)
        if path.name == "case.yaml":
            return self.folder(path.parent)
        if path.suffix.casefold() == ".xlsx":
            return self.workbook(path)
        return self.scenario(path, (*chain, path))

    def yaml(self, path: Path) -> Mapping | None:
        """The tree of a YAML file."""
        text = self.text(path)
        return None if text is None else read_yaml(text, self.shown(path), self.faults)

    def folder(self, folder: Path) -> Book:
        """A case folder."""
        book = self.keyed(folder / "case.yaml")
        for entry in sorted(folder.iterdir()):
            self.entry(entry, book)
        if self.lends and calls_library(book):
            book.own = book.tables
            book.tables = join(book.own, self.library_tables())
            for table in book.own:
                if book.tables[table].whole:
                    self.faults.extend(missing_columns(book.tables[table].header, table, f"{table}.csv"))
        return book

    def keyed(self, path: Path) -> Book:
        """The keys of a `case.yaml`, no tables yet."""
        book = Book(self.shown(path))
        if not path.is_file():
            self.fault(book.shown, Message("case.no_case_yaml"), Message("case.case_yaml_example"))
            book.whole = False
        else:
            tree = self.yaml(path)
            book.whole = tree is not None
            if tree is not None:
                self.faults.extend(unknown_keys(tree, (*OTHER_KEYS, *SETTINGS), book.shown))
                check_version(tree, book.shown, self.faults)
                book.keys = {
                    key: (node, Place(book.shown, tree.lines[key])) for key, node in tree.items.items()
                }
        return book

    def workbook(self, path: Path) -> Book:
        """A case workbook: its sheets are the tables, the sheet `case` holds the keys."""
        from redmud_opt.case.workbook.layout import COMMENT, yaml_of  # few cases are workbooks
        from redmud_opt.case.workbook.reading import Workbook

        book = Book(self.shown(path))
        found = Workbook(path, book.shown, self.faults)
        book.whole = found.whole
        if not found.whole:
            return book
        self.files[book.shown] = found.digest
        shown = f"{book.shown} [case]"
        for row, key, value in found.settings():
            if key == COMMENT:
                continue
            tree = read_yaml("\n" * (row - 1) + yaml_of([(key, value)]), shown, self.faults)
            for name, node in () if tree is None else tree.items.items():
                book.keys[name] = (node, Place(shown, row))
        known = (*OTHER_KEYS, *SETTINGS)
        keys = Mapping(
            1, {k: n for k, (n, _) in book.keys.items()}, {k: p.row for k, (_, p) in book.keys.items()}
        )
        self.faults.extend(unknown_keys(keys, known, shown))
        check_version(keys, shown, self.faults)
        found.overrules = calls_library(book)
        book.tables = dict(sorted(found.tables().items()))  # in the order of files
        if self.lends and found.overrules:
            book.own = book.tables
            book.tables = join(book.own, self.library_tables())
        return book

    def library_tables(self) -> RawTables:
        """The tables of the library, of all its folders together."""
        found: RawTables = {}
        root = self.library
        for path in () if root is None else sorted(root.glob("**/*.csv")):
            shown = f"{LIBRARY}{path.relative_to(root or path).as_posix()}"
            table = path.stem
            if table not in TABLES:
                message = Message("case.unknown_table", {"table": table})
                self.fault(shown, message, did_you_mean(table, TABLES))
                continue
            text = self.text(path, shown)
            if text is not None:
                found[table] = _joined(found.get(table), parse_table(text, table, shown, self.faults))
        return found

    def entry(self, entry: Path, book: Book) -> None:
        """One file of a case folder: a table, or something that must not be passed over in silence."""
        name, suffix = entry.stem, entry.suffix
        if entry.name.startswith((".", "~$")) or not entry.is_file():
            return
        if suffix.casefold() in _WORKBOOKS:
            self.fault(self.shown(entry), Message("case.not_read_yet", {"kind": suffix}))
        elif entry.name.casefold() in ("case.yml", "case.yaml") and entry.name != "case.yaml":
            self.fault(self.shown(entry), Message("case.misnamed", {"name": "case.yaml"}))
        elif suffix.casefold() == ".csv" and (name not in TABLES or suffix != ".csv"):
            remedy = did_you_mean(name, TABLES)
            self.fault(self.shown(entry), Message("case.unknown_table", {"table": name}), remedy)
        elif suffix == ".csv":
            text = self.text(entry)
            shown = self.shown(entry)
            book.tables[name] = (
                RawTable((), (), whole=False)
                if text is None
                else parse_table(text, name, shown, self.faults, overrules=calls_library(book))
            )

    def scenario(self, path: Path, chain: tuple[Path, ...]) -> Book:
        """A scenario file on its base."""
        shown = self.shown(path)
        tree = self.yaml(path)
        if tree is None:
            return Book(shown, whole=False)
        self.faults.extend(unknown_keys(tree, SCENARIO_KEYS, shown))
        if "schema_version" in tree.items:
            check_version(tree, shown, self.faults)
        base = self.base(tree, path, shown)
        if base is None:
            return Book(shown, whole=False)
        book = self.book(base, chain)
        book.tables = merge(tree, shown, book.tables, self.faults)
        book.shown = shown
        self.override_settings(tree, shown, book)
        return book

    def base(self, tree: Mapping, path: Path, shown: str) -> Path | None:
        """Where the base of a scenario is."""
        node = tree.items.get("base")
        if not isinstance(node, Scalar) or node.blank:
            line = node.line if node else 0
            self.faults.append(Fault(shown, line, "base", Message("case.missing_key", {"key": "base"})))
            return None
        found = path.parent / node.text
        if not found.exists():
            found = find_bundled(node.text) or found
        if not found.exists():
            message = Message("case.no_such_path", {"path": node.text})
            remedy = did_you_mean(node.text, (entry.name for entry in path.parent.iterdir()))
            self.faults.append(Fault(shown, node.line, "base", message, remedy))
            return None
        return found

    def override_settings(self, tree: Mapping, shown: str, book: Book) -> None:
        """Replace the keys of case.yaml that a scenario states; it is named by its file unless it states a name."""
        node = tree.items.get("settings")
        book.keys["name"] = (Scalar(Path(shown).stem, 0), Place(shown))
        if node is None or (isinstance(node, Scalar) and node.blank):
            return
        if not isinstance(node, Mapping):
            self.fault(shown, Message("case.needs_keys", {"keys": tuple(SETTINGS)}), line=node.line)
            return
        known = ("periods", *(key for key in SETTINGS if key != "library"))  # its rows are there before it
        self.faults.extend(unknown_keys(node, known, shown))
        for key, held in node.items.items():
            book.keys[key] = (held, Place(shown, node.lines[key]))

    def periods(self, book: Book) -> tuple[Period, ...] | None:
        """The periods of a book."""
        node, place = book.keys.get("periods", (None, Place(book.shown)))
        return read_periods(node, place.file, self.faults) if book.whole else None

    def rule_pack(self, book: Book, pack: str, day: date | None) -> bool:
        """Add the tables of the rule pack as it stood on a day, and its sources; False if there is no such pack."""
        filed = book.tables.pop(FILED, None) if pack != "own" else None
        if pack != "own" and not self._add_pack(book, pack):
            return False
        if day is not None:
            for table in RULE_PACK_TABLES:
                if table in book.tables:
                    book.tables[table] = as_of(book.tables[table], day)
        if filed is not None:
            self.faults.extend(filed_by_others(filed))
            book.tables[FILED] = with_filed(filed, book.tables.get(FILED))
        return True

    def _add_pack(self, book: Book, pack: str) -> bool:
        for table in RULE_PACK_TABLES:
            if table in book.tables:
                shown = next((row.place.file for row in book.tables[table].rows), f"{table}.csv")
                self.fault(shown, Message("case.rule_pack_table", {"table": table, "pack": pack}))
        packs = self.packs
        if pack not in packs:
            place = book.keys["rule_pack"][1] if "rule_pack" in book.keys else Place(book.shown)
            message = Message("case.unknown_rule_pack", {"pack": pack})
            remedy = did_you_mean(pack, (*packs, "own"))
            self.faults.append(Fault(place.file, place.row, "rule_pack", message, remedy))
            return False
        for table in (*RULE_PACK_TABLES, "sources"):
            path = packs[pack] / f"{table}.csv"
            shown = f"rule_packs/{pack}/{table}.csv"
            text = self.text(path, shown) if path.is_file() else None
            if text is not None:
                own = book.tables.get(table) if table == "sources" else None
                book.tables[table] = _joined(own, parse_table(text, table, shown, self.faults))
        return True


def calls_library(book: Book) -> bool:
    """Whether `case.yaml` says that the case calls the library."""
    node = book.keys.get("library", (None, None))[0]
    if not isinstance(node, Scalar) or node.blank:
        return False
    try:
        return read_flag(node.text, SETTINGS["library"])
    except BadValue:
        return True  # told when the settings are read


def _joined(first: RawTable | None, second: RawTable) -> RawTable:
    if first is None:
        return second
    header = tuple(dict.fromkeys((*first.header, *second.header)))
    return RawTable(header, (*first.rows, *second.rows), first.whole and second.whole)
