"""Where the table of a sheet stands, and what its columns hold.

The header is the row among the first ones with most known headings (or named by the explicit map). A row of units
right below it is taken for what it is. An unknown column that holds numbers is a fault: it might be the amount.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from redmud_opt.case.columns import Column
from redmud_opt.case.faults import Fault
from redmud_opt.case.importing.headings import (
    BASES,
    LEDGER,
    UNITS,
    Heading,
    Vocabulary,
    fields_of,
    heading,
    plain,
    qualified,
    qualifiers,
    unit_of,
)
from redmud_opt.case.importing.sheets import Sheet, column_number, filled
from redmud_opt.case.names import did_you_mean, visible
from redmud_opt.case.values import BadValue, read_number
from redmud_opt.i18n import Message

FIRST_ROWS = 30
"""The header stands among so many rows."""

ANY_NUMBER = Column("number", "a number", minimum=None)


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet with its header: column number → (heading as written, what it holds)."""

    sheet: Sheet
    header: int
    body: int
    columns: Mapping[int, tuple[str, Heading]]
    remarks: tuple[Message, ...] = field(default=())
    vocabulary: Vocabulary = LEDGER

    def of(self, name: str) -> list[int]:
        """The columns that hold a field."""
        return [number for number, (_, held) in self.columns.items() if held.field == name]


def find_layout(
    sheets: list[Sheet],
    columns: Mapping[str, str],
    faults: list[Fault],
    vocabulary: Vocabulary = LEDGER,
    header: int | None = None,
) -> Layout | None:
    """The sheet that holds the table (of a CSV file: the way to divide its lines), with its header."""
    found = _headed(sheets, columns, vocabulary, header)
    if not found:
        faults.extend(_no_header(sheet.file.name, vocabulary) for sheet in sheets[:1])
        return None
    if len({sheet.name for _, sheet in found}) > 1:
        names = tuple(sheet.name for _, sheet in found)
        message = Message("importing.many_sheets", {"names": names})
        faults.append(Fault(sheets[0].file.name, 0, "", message, Message("importing.name_a_sheet")))
        return None
    number, sheet = found[0]
    faults.extend(sheet.faults)
    return laid_out(sheet, number, columns, faults, vocabulary)


def find_layouts(
    sheets: list[Sheet], columns: Mapping[str, str], faults: list[Fault], vocabulary: Vocabulary
) -> list[Layout]:
    """Every sheet that holds a table, with its header; one of a CSV file, the best way to divide its lines.

    A column of `columns` may be on any of them, or on none. A sheet without a header that holds numbers is a fault.
    """
    found = _headed(sheets, columns, vocabulary)
    for name in dict.fromkeys(sheet.name for sheet in sheets):
        alike = [sheet for sheet in sheets if sheet.name == name]
        if all(sheet is not other for sheet in alike for _, other in found) and (
            not found or any(_is_number(cell) for sheet in alike for row in sheet.rows for cell in row)
        ):
            faults.append(_no_header(alike[0].shown, vocabulary))
    layouts = []
    for number, sheet in found[:1] if sheets and not sheets[0].name else found:
        faults.extend(sheet.faults)
        here = {plain(visible(cell)) for cell in sheet.rows[number]}
        own = {name: words for name, words in columns.items() if plain(name) in here}
        layouts.append(laid_out(sheet, number, own, faults, vocabulary))
    return layouts


def _headed(
    sheets: list[Sheet], columns: Mapping[str, str], vocabulary: Vocabulary, asked: int | None = None
) -> list[tuple[int, Sheet]]:
    """(row of the header, sheet) of the sheets that have one."""
    scored = [(*header_of(sheet, columns, vocabulary, asked), sheet) for sheet in sheets]
    best = max((score for score, _, _ in scored), default=0)
    return [
        (number, sheet) for score, number, sheet in scored if score >= 2 and (score == best or sheet.name)
    ]


def _no_header(shown: str, vocabulary: Vocabulary) -> Fault:
    """A file or a sheet without a header."""
    known = tuple(words.split("|")[0] for name, words in vocabulary.names.items() if name != "ignore")
    remedy = Message("importing.head_columns", {"names": known})
    return Fault(shown, 0, "", Message("importing.no_header"), remedy)


def header_of(
    sheet: Sheet, columns: Mapping[str, str], vocabulary: Vocabulary, asked: int | None = None
) -> tuple[int, int]:
    """(known headings, row) of the row that is most likely the header, or of the one that a person takes for it."""
    named = {plain(name) for name in columns}
    best = (0, 0)
    looked_at = slice(FIRST_ROWS) if asked is None else slice(asked, asked + 1)
    for number, row in list(enumerate(sheet.rows))[looked_at]:
        mapped = sum(plain(cell) in named for cell in row)
        score = fields_of((cell for cell in row if plain(cell) not in named), vocabulary) + mapped
        best = max(best, (score, -number))
    return best[0], -best[1]


def laid_out(
    sheet: Sheet, header: int, columns: Mapping[str, str], faults: list[Fault], vocabulary: Vocabulary
) -> Layout:
    """A sheet by the header in one of its rows."""
    texts = [visible(cell) for cell in sheet.rows[header]]
    mapped = _mapped(sheet, header, texts, columns, faults, vocabulary)
    found: dict[int, tuple[str, Heading]] = {}
    unknown: list[int] = []
    for number, text in enumerate(texts):
        held = mapped.get(number) or (heading(text, vocabulary) if text else None)
        if held is not None:
            found[number] = (text, held)
        else:
            unknown.append(number)
    body, found = _unit_row(sheet, header, found)
    found = {
        number: (text, _told_apart(sheet, body, number, text, held)) for number, (text, held) in found.items()
    }
    remarks = list(sheet.remarks)
    faults.extend(_unknown(sheet, header, body, unknown, remarks, vocabulary))
    faults.extend(_twice(sheet, header, found, vocabulary))
    layout = Layout(sheet, header, body, found, tuple(remarks), vocabulary)
    faults.extend(_dates(layout))
    faults.extend(_merged(layout))
    faults.extend(_units(layout))
    return layout


def _mapped(
    sheet: Sheet,
    header: int,
    texts: list[str],
    columns: Mapping[str, str],
    faults: list[Fault],
    vocabulary: Vocabulary,
) -> dict[int, Heading]:
    """Column number → what the explicit map says of it."""
    numbers = {plain(text): number for number, text in enumerate(texts) if text}
    found = {}
    for name, words in columns.items():
        number, held = numbers.get(plain(name)), heading(words, vocabulary)
        if held is None and (bare := words.split("(")[0].strip()) in vocabulary.names:
            held = Heading(bare)
        if number is None:
            remedy = did_you_mean(name, (text for text in texts if text))
            message = Message("importing.no_such_column", {"name": name})
            faults.append(Fault(sheet.shown, header + 1, "", message, remedy))
        elif held is None:
            message = Message("importing.no_such_field", {"name": words})
            faults.append(
                Fault(sheet.shown, header + 1, name, message, did_you_mean(words, vocabulary.names))
            )
        else:
            over = held.over(qualified(held.field, texts[number]))
            found[number] = replace(over, per=held.per) if held.unit else over
    return found


def _unit_row(
    sheet: Sheet, header: int, found: dict[int, tuple[str, Heading]]
) -> tuple[int, dict[int, tuple[str, Heading]]]:
    """(first row below the header, columns): a row that holds only units belongs to the header."""
    if header + 1 >= len(sheet.rows):
        return header + 1, found
    row = sheet.rows[header + 1]
    said = {}
    for number, cell in enumerate(row):
        if not cell.strip():
            continue
        field_ = found[number][1].field if number in found else ""
        held = qualifiers(field_, cell)
        if held.factor is None and not held.basis:
            return header + 1, found
        said[number] = held
    if not said:
        return header + 1, found
    named = {n: (text, held.over(said[n]) if n in said else held) for n, (text, held) in found.items()}
    return header + 2, named


def _told_apart(sheet: Sheet, body: int, number: int, text: str, held: Heading) -> Heading:
    """单位 is a company, or the unit of the amounts: what stands below it tells."""
    if held.field == "site" and plain(text) == "单位":
        cells = {plain(row[number]) for row in sheet.rows[body:] if number < len(row)} - {""}
        if cells and all(unit_of(cell, "amount") is not None for cell in cells):
            return Heading("unit")
    return held


def _is_number(text: str) -> bool:
    try:
        read_number(text, ANY_NUMBER)
    except BadValue as bad:
        return bad.remedy is not None and bad.remedy.key == "case.write_number"
    return True


def _unknown(
    sheet: Sheet,
    header: int,
    body: int,
    numbers: list[int],
    remarks: list[Message],
    vocabulary: Vocabulary,
) -> Iterator[Fault]:
    """Columns that nothing is known of: with numbers a fault, else a remark."""
    for number in numbers:
        text = visible(sheet.rows[header][number])
        cells = [row[number] for row in sheet.rows[body:] if number < len(row) and row[number].strip()]
        name = text or Message("importing.column_number", {"number": number + 1})
        if any(map(_is_number, cells)):
            known = (word for words in vocabulary.names.values() for word in words.split("|"))
            meant = did_you_mean(text, known) if text else None
            remedy = Message(
                f"importing.map_or_{'meant' if meant else 'ignore'}", {"name": name, "meant": meant}
            )
            yield Fault(
                sheet.shown, header + 1, text, Message("importing.unknown_column", {"name": name}), remedy
            )
        elif cells:
            remarks.append(Message("importing.column_not_read", {"name": name}))


def _twice(
    sheet: Sheet, header: int, found: Mapping[int, tuple[str, Heading]], vocabulary: Vocabulary
) -> Iterator[Fault]:
    """One column for a thing; amounts may stand apart by year, and dry apart from wet."""
    seen: dict[tuple[str, int | None, str], str] = {}
    for text, held in found.values():
        many = held.field in vocabulary.many
        key = (held.field, held.year if many else None, held.basis if many else "")
        first = seen.setdefault(key, text)
        if first is not text and held.field != "ignore":
            values = {"first": first, "name": text, "field": held.field}
            remedy = Message("importing.ignore_one", {"name": text})
            yield Fault(sheet.shown, header + 1, text, Message("importing.column_twice", values), remedy)


def _dates(layout: Layout) -> Iterator[Fault]:
    """A date where none belongs is what a spreadsheet made of a name or a number such as 3-1."""
    sheet, dated = layout.sheet, layout.vocabulary.dated
    for row, column in sorted(sheet.dates):
        text, held = layout.columns.get(column, ("", Heading("ignore")))
        if row >= layout.body and held.field not in dated:
            message = Message("importing.date_for_name", {"cell": sheet.rows[row][column]})
            yield Fault(sheet.shown, row + 1, text, message, Message("importing.type_as_text"))


def _merged(layout: Layout) -> Iterator[Fault]:
    """A number merged over rows: nobody can tell whether it is of each of them or of all together."""
    sheet, numbers = layout.sheet, layout.vocabulary.numbers
    for top, where in sheet.merged:
        first, last = (re.fullmatch(r"([A-Z]+)([0-9]+)", corner) for corner in where.split(":"))
        if first is None or last is None or top < layout.body or int(last[2]) == int(first[2]):
            continue
        for column in range(column_number(first[1]), column_number(last[1]) + 1):
            text, held = layout.columns.get(column, ("", Heading("ignore")))
            if held.field in numbers:
                message = Message("importing.merged_numbers", {"where": where})
                yield Fault(sheet.shown, top + 1, text, message, Message("importing.unmerge"))


def _units(layout: Layout) -> Iterator[Fault]:
    """Amounts, moistures and factors say their unit; none is both dry and wet."""
    own, amounts = bool(layout.of("unit")), layout.vocabulary.amounts
    for text, held in layout.columns.values():
        if held.field not in (*amounts, "moisture", "factor"):
            continue
        row = layout.header + 1
        if held.basis == "both":
            message = Message("importing.dry_and_wet", {"name": text})
            yield Fault(layout.sheet.shown, row, text, message, Message("importing.say_basis"))
        if held.factor is None and not (own and not held.unit and held.field in amounts):
            key = "unit_unknown" if held.unit else "unit_missing"
            message = Message(f"importing.{key}", {"unit": held.unit, "name": text})
            yield Fault(layout.sheet.shown, row, text, message, _unit_remedy(text, held))


def _unit_remedy(text: str, held: Heading) -> Message:
    examples = {"moisture": "%, share", "factor": "t/t, kg/t"}.get(held.field, ", ".join(UNITS))
    meant = replace(held, unit="").field
    return Message("importing.known_units", {"units": examples, "name": text, "field": meant})


def basis_of(text: str) -> str | None:
    """dry or wet of a cell; None where it is neither."""
    return BASES.get(plain(text)) or BASES.get(plain(text).casefold())


def is_blank(row: tuple[str, ...]) -> bool:
    """Whether a row holds nothing."""
    return filled(row) == 0
