"""How a column of a case table is declared: one vocabulary for reading, checking, documenting and templates.

A row class is a frozen dataclass; every field is made by one of the functions below, which attach a `Column`.
Nothing here knows a particular table.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

Kind = Literal["name", "text", "reference", "number", "integer", "flag", "date", "choice"]


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds. `unit` is the unit of a number; `tables` are where a reference may point."""

    kind: Kind
    doc: str
    required: bool = False
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    choices: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    groups: bool = False
    enforced: bool = True
    key: bool = False
    many: bool = False


def _field(column: Column, default: Any) -> Any:
    if column.required:
        return dataclasses.field(metadata={"column": column})
    return dataclasses.field(default=default, metadata={"column": column})


def name(doc: str) -> Any:
    """The row's own name: unique over all names a case declares."""
    return _field(Column("name", doc, required=True, key=True), None)


def text(
    doc: str, *, default: str = "", required: bool = False, key: bool = False, enforced: bool = True
) -> Any:
    """Free text."""
    return _field(Column("text", doc, required=required, key=key, enforced=enforced), default)


def reference(
    tables: str,
    doc: str,
    *,
    required: bool = False,
    groups: bool = False,
    key: bool = False,
    enforced: bool = True,
) -> Any:
    """A name declared in one of `tables` (space separated), or, with `groups`, a group of such names."""
    column = Column(
        "reference",
        doc,
        required=required,
        tables=tuple(tables.split()),
        groups=groups,
        key=key,
        enforced=enforced,
    )
    return _field(column, "")


def number(
    unit: str,
    doc: str,
    *,
    default: float | None = None,
    required: bool = False,
    minimum: float | None = 0.0,
    maximum: float | None = None,
    above: float | None = None,
    key: bool = False,
    enforced: bool = True,
) -> Any:
    """A finite number in `unit`, from `minimum` to `maximum`, greater than `above`; blank means `default`."""
    column = Column(
        "number",
        doc,
        required=required,
        unit=unit,
        minimum=minimum,
        maximum=maximum,
        above=above,
        key=key,
        enforced=enforced,
    )
    return _field(column, default)


def integer(
    doc: str,
    *,
    default: int | None = None,
    required: bool = False,
    minimum: float | None = 0,
    maximum: float | None = None,
    key: bool = False,
    enforced: bool = True,
) -> Any:
    """A whole number from `minimum` to `maximum`."""
    column = Column(
        "integer", doc, required=required, minimum=minimum, maximum=maximum, key=key, enforced=enforced
    )
    return _field(column, default)


def flag(doc: str, *, default: bool = False, key: bool = False, enforced: bool = True) -> Any:
    """yes or no."""
    return _field(Column("flag", doc, key=key, enforced=enforced), default)


def day(doc: str, *, required: bool = False, key: bool = False, enforced: bool = True) -> Any:
    """A date, YYYY-MM-DD."""
    return _field(Column("date", doc, required=required, key=key, enforced=enforced), None)


def choice(
    options: str,
    doc: str,
    *,
    default: str = "",
    required: bool = False,
    key: bool = False,
    enforced: bool = True,
) -> Any:
    """One of the words in `options` (space separated)."""
    column = Column(
        "choice", doc, required=required, choices=tuple(options.split()), key=key, enforced=enforced
    )
    return _field(column, default)


def choices(options: str, doc: str) -> Any:
    """Any number of the words in `options` (space separated); a list in `case.yaml`."""
    return _field(Column("choice", doc, choices=tuple(options.split()), many=True), ())


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row was read: file relative to the case, and the row as a spreadsheet counts it (header = 1)."""

    file: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The columns that every table may carry: evidence for the row's principal number, a comment, a switch."""

    place: Place = dataclasses.field(default_factory=Place, compare=False, repr=False)
    active: bool = flag("whether the row counts", default=True)
    low: float | None = number("as the principal number", "lower end of the range", minimum=None)
    high: float | None = number("as the principal number", "upper end of the range", minimum=None)
    bound: str = choice("lower upper", "set where only one end of the range is known")
    source: str = reference("sources", "where the number comes from")
    evidence: str = choice(
        "measured derived assumed", "printed or measured, computed from such, or nobody's measurement"
    )
    confidence: str = choice("high medium low", "how sure the number is")
    as_of: int | None = integer("calendar year that the number speaks of", minimum=1900, maximum=2100)
    comment: str = text("remark")


def column_of(field: dataclasses.Field[Any]) -> Column | None:
    """The declaration behind a dataclass field, None for bookkeeping fields."""
    found = field.metadata.get("column")
    return found if isinstance(found, Column) else None


def _declared(row_type: type[Any]) -> Mapping[str, Column]:
    own: dict[str, Column] = {}
    common: dict[str, Column] = {}
    shared = {f.name for f in dataclasses.fields(Row)}
    for field in dataclasses.fields(row_type):
        column = column_of(field)
        if column is not None:
            (common if field.name in shared else own)[field.name] = column
    return MappingProxyType(own | common)


_COLUMNS: dict[type[Any], Mapping[str, Column]] = {}
_DEFAULTS: dict[type[Any], Mapping[str, object]] = {}


def columns(row_type: type[Any]) -> Mapping[str, Column]:
    """Column name → declaration, in the order of the class, the common columns last."""
    if row_type not in _COLUMNS:
        _COLUMNS[row_type] = _declared(row_type)
    return _COLUMNS[row_type]


def default_of(row_type: type[Any], column: str) -> object:
    """The value a blank cell stands for; None for a required column."""
    if row_type not in _DEFAULTS:
        found = {f.name: f.default for f in dataclasses.fields(row_type)}
        _DEFAULTS[row_type] = {
            name: None if value is dataclasses.MISSING else value for name, value in found.items()
        }
    return _DEFAULTS[row_type][column]


__all__ = [
    "Column",
    "Place",
    "Row",
    "choice",
    "choices",
    "column_of",
    "columns",
    "date",
    "day",
    "default_of",
    "flag",
    "integer",
    "name",
    "number",
    "reference",
    "text",
]
