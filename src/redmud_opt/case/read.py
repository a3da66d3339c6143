"""Files → Case. `load_case` is the only door: it reads, merges, checks, and raises all faults at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from redmud_opt.case.bundle import bundled_names, find_bundled, library_folder, rule_packs
from redmud_opt.case.case import RULE_PACK_TABLES, Case, Period
from redmud_opt.case.checks import check, law
from redmud_opt.case.closure import kept, names_of
from redmud_opt.case.columns import Place
from redmud_opt.case.composition import convert_composition
from redmud_opt.case.draft import Declared, Draft, read_tables
from redmud_opt.case.faults import CaseFaults, Fault
from redmud_opt.case.figures import Quoter
from redmud_opt.case.likeness import like
from redmud_opt.case.names import did_you_mean
from redmud_opt.case.reader import Book, Reader, calls_library
from redmud_opt.case.settings import read_settings
from redmud_opt.case.yamltext import Scalar, read_yaml
from redmud_opt.i18n import Message

_NO_PERIODS = (Period("", date(1900, 1, 1), date(1900, 1, 2)),)
"""Stands where periods could not be read; the checks that look at periods are then skipped."""


def _draft(reader: Reader, book: Book, path: Path) -> Draft:
    """Typed rows, settings and periods, with what could not be read at its defaults."""
    settings, wrong = read_settings(book.keys, book.shown, reader.faults if book.whole else [])
    periods = reader.periods(book)
    broken: set[str] = {"settings"} if wrong else set()
    if (
        "rule_pack" in wrong
        or not book.whole
        or not reader.rule_pack(book, settings.rule_pack, settings.rule_date)
    ):
        broken.update(RULE_PACK_TABLES)
    if periods is None:
        broken.add("periods")
    start = (periods or _NO_PERIODS)[0].start
    alike = like(book.tables, start, reader.faults)
    called = kept(alike, reader.faults) if calls_library(book) and book.whole else alike
    quoter = Quoter(called, start, reader.faults, offered=alike)
    tables = read_tables(quoter.run(), reader.faults, frozenset(quoter.refused))
    case = Case(
        settings=settings,
        periods=periods or _NO_PERIODS,
        folder=str(path),
        files=reader.files,
        quotes=quoter.quotes,
        moved=tables.moved,
        **tables.rows,  # type: ignore[arg-type]
    )
    place = book.keys["periods"][1] if "periods" in book.keys else Place(book.shown)
    named = [Declared(period.name, "periods", "periods", place) for period in periods or ()]
    return Draft(
        case=case,
        declared=(*tables.declared, *named),
        broken=frozenset(broken | tables.broken),
        frameless=frozenset(tables.frameless),
        partial=tuple(tables.partial),
        moved=tables.moved,
        inactive_keys=frozenset(tables.inactive_keys),
        offered=frozenset(names_of(alike)),
    )


def find_case(path: str | Path) -> Path:
    """The file or folder of a case, bundled ones by name. Raises CaseFaults, with the nearest name."""
    found = Path(path)
    if found.exists():
        return found
    known = find_bundled(Path(path).as_posix())
    if known is None:
        message = Message("case.no_such_path", {"path": str(path)})
        raise CaseFaults([Fault("", 0, "", message, did_you_mean(Path(path).name, bundled_names()))])
    return known


def load_case(
    path: str | Path,
    *,
    packs: Path | None = None,
    library: Path | None = None,
    rule_pack: str | None = None,
    rule_date: date | str | None = None,
) -> Case:
    """Read and check a case.

    `path` is a case folder, a case workbook, a scenario file, or the name of a scenario that travels with the
    package. A rule pack in the folder `packs`, and the library in the folder `library`, stand before those of the
    package.
    `rule_pack` and `rule_date` replace those that the case states: the same case under another law.
    Raises `CaseFaults` with everything that is wrong.
    """
    found = find_case(path)
    if found.is_file() and found.suffix.casefold() not in (".yaml", ".yml", ".xlsx"):
        raise CaseFaults([Fault(found.name, 0, "", Message("case.not_a_case", {"path": found.name}))])
    root = found.resolve() if found.is_dir() else found.resolve().parent
    reader = Reader(root, rule_packs(packs), library_folder(library))
    book = reader.book(found)
    for key, value in (("rule_pack", rule_pack), ("rule_date", rule_date)):
        if value is not None:
            book.keys[key] = (Scalar(str(value), 0), Place())
    draft = _draft(reader, book, Path(path) if Path(path).exists() else found)
    case = convert_composition(draft, reader.faults)
    reader.faults.extend(check(replace(draft, case=case)))
    if reader.faults:
        raise CaseFaults(_in_order(reader.faults))
    return case


def _in_order(faults: list[Fault]) -> list[Fault]:
    """By file, in the order in which the files were first complained about, then by row; each once."""
    files = {fault.file: number for number, fault in reversed(list(enumerate(faults)))}
    return sorted(dict.fromkeys(faults), key=lambda fault: (files[fault.file], fault.row))


NOT_OF_A_LIBRARY = frozenset({law.products_have_outlets})
"""Checks of what only a whole case has."""


def base_path(path: Path) -> Path | None:
    """Where the base of a scenario file is; None of a folder or a workbook, which have none."""
    if path.is_dir() or path.suffix not in (".yaml", ".yml"):
        return None
    faults: list[Fault] = []
    tree = read_yaml(path.read_text(encoding="utf-8"), path.name, faults)
    return None if tree is None else Reader(path.parent, {}, None).base(tree, path, path.name)


def load_library(folder: Path | None = None, *, packs: Path | None = None) -> Case:
    """The whole library as a case without plants: what its tables hold, checked as those of a case are.

    `folder` stands in for the library that travels with the package; its `library.yaml` states base year and
    periods as a `case.yaml` does. Raises `CaseFaults` with everything that is wrong.
    """
    found = library_folder(folder)
    if found is None:
        raise CaseFaults([Fault("", 0, "", Message("case.nothing_bundled", {"name": "library"}))])
    reader = Reader(found, rule_packs(packs), found)
    book = reader.keyed(found / "library.yaml")
    book.tables = reader.library_tables()
    draft = _draft(reader, book, found)
    case = convert_composition(draft, reader.faults)
    reader.faults.extend(check(replace(draft, case=case), without=NOT_OF_A_LIBRARY))
    if reader.faults:
        raise CaseFaults(_in_order(reader.faults))
    return case
