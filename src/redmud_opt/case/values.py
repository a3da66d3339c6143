"""Cell text → value, strictly: what is not written as it should be is refused, with what to write instead.

    read_value(text, column) → value | raises BadValue(message, remedy)

Nothing is repaired: "1,200", "１２", "12%" and "5 t" are faults, because a guess would be wrong somewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from redmud_opt.case.columns import Column
from redmud_opt.case.names import did_you_mean, visible
from redmud_opt.i18n import Message, number_text

LARGEST = 1e15
"""No amount of a case is larger; beyond it sums lose tonnes."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_LEADING_ZERO = re.compile(r"[+-]?0[0-9]")
_THOUSANDS = re.compile(r"([+-]?[0-9]{1,3})((?:[, _'][0-9]{3})+)(\.[0-9]+)?")
_WITH_UNIT = re.compile(r"[+-]?[0-9.]+(?=\s*[A-Za-z]+[23]?(?:[ /][A-Za-z]+[23]?)*$)")
_MYRIADS = {"万": 4, "亿": 8}
_YES_NO = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}
_WRITTEN_DATES = (
    re.compile(r"(?P<y>[0-9]{4})[/.-](?P<m>[0-9]{1,2})[/.-](?P<d>[0-9]{1,2})"),
    re.compile(r"(?P<y>[0-9]{4})年(?P<m>[0-9]{1,2})月(?P<d>[0-9]{1,2})日"),
    re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"),
)


class BadValue(Exception):
    """A cell that cannot be read. Carries what is wrong and what would be right."""

    def __init__(self, message: Message, remedy: Message | None = None) -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy


def _plain(value: Decimal) -> str:
    words = f"{value:f}"
    return (words.rstrip("0").rstrip(".") or "0") if "." in words else words


def _as_number(text: str) -> Decimal | None:
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:  # pragma: no cover - the pattern admits nothing that Decimal refuses
        return None


def _meant_number(text: str, unit: str) -> str | None:
    """The number that its writer most likely meant, as it should be written; None where a guess is not safe."""
    plain = unicodedata.normalize("NFKC", visible(text)).replace("−", "-").strip("'\"¥￥$ ")
    found = _THOUSANDS.fullmatch(plain)
    if found:
        plain = found[1] + re.sub(r"[, _']", "", found[2]) + (found[3] or "")
    if plain[-1:] in _MYRIADS and (value := _as_number(plain[:-1].strip())) is not None:
        return _plain(value.scaleb(_MYRIADS[plain[-1]]))
    if plain[-1:] == "%" and (value := _as_number(plain[:-1].strip())) is not None:
        return _plain(value if "%" in unit else value / 100) if unit == "1" or "%" in unit else None
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", plain):
        plain = plain.replace(",", ".")
    amount = _WITH_UNIT.match(plain)
    if amount and not _NUMBER.fullmatch(plain):
        plain = amount[0]
    value = _as_number(plain)
    return None if value is None else _plain(value)


def _number_remedy(text: str, unit: str) -> Message:
    plain = unicodedata.normalize("NFKC", visible(text)).casefold()
    if plain in {
        "nan",
        "inf",
        "-inf",
        "+inf",
        "infinity",
        "n/a",
        "na",
        "null",
        "none",
        "-",
        "--",
        "?",
        "#n/a",
    }:
        return Message("case.leave_blank")
    if re.fullmatch(r"[<>~≤≥≈±].*|.*[0-9]\s*(-|–|~|±|to|至|到)\s*[0-9].*", plain):
        return Message("case.write_range")
    meant = _meant_number(text, unit)
    if meant is not None:
        return (
            Message("case.write_number", {"number": meant, "unit": unit})
            if unit
            else Message("case.write", {"text": meant})
        )
    return Message("case.write_plain_number")


def _finite(text: str, unit: str = "") -> float:
    """Number from text; ASCII digits, a point, an exponent, nothing else."""
    plain = text.strip(" ")
    if not _NUMBER.fullmatch(plain) or _LEADING_ZERO.match(plain):
        raise BadValue(Message("case.not_a_number", {"text": text}), _number_remedy(text, unit))
    value = float(plain)
    if abs(value) > LARGEST:
        raise BadValue(Message("case.too_large_to_reckon", {"text": text}), Message("case.check_unit"))
    if value == 0 and any(digit in "123456789" for digit in re.split("[eE]", plain)[0]):
        raise BadValue(Message("case.too_small_to_reckon", {"text": text}), Message("case.check_unit"))
    return value + 0.0


def _range(value: float, text: str, column: Column) -> None:
    unit = column.unit if column.unit not in ("1", "") else ""
    shown = Message("case.with_unit", {"number": text, "unit": unit}) if unit else text
    if column.above is not None and value <= column.above:
        raise BadValue(Message("case.not_above", {"text": shown, "limit": column.above}))
    if column.minimum is not None and value < column.minimum:
        if column.minimum == 0:
            raise BadValue(Message("case.negative", {"text": shown}))
        raise BadValue(Message("case.below", {"text": shown, "limit": column.minimum}))
    if column.maximum is not None and value > column.maximum:
        share = column.unit == "1" and column.maximum == 1 and value <= 100
        remedy = Message("case.write", {"text": number_text(value / 100)}) if share else None
        raise BadValue(Message("case.beyond", {"text": shown, "limit": column.maximum}), remedy)


def read_number(text: str, column: Column) -> float:
    """A finite number within the column's range."""
    value = _finite(text, column.unit)
    _range(value, text.strip(" "), column)
    return value


def read_integer(text: str, column: Column) -> int:
    """A whole number within the column's range."""
    value = _finite(text)
    if value != int(value):
        raise BadValue(Message("case.not_whole", {"text": text}), Message("case.write_whole"))
    _range(value, text.strip(" "), column)
    return int(value)


def read_flag(text: str, column: Column) -> bool:
    """yes or no; true, false, 1 and 0 are understood."""
    found = _YES_NO.get(text.strip(" ").casefold())
    if found is None:
        meant = {"是": "yes", "否": "no", "y": "yes", "n": "no", "on": "yes", "off": "no"}.get(
            text.strip().casefold()
        )
        remedy = Message("case.write", {"text": meant}) if meant else Message("case.write_yes_no")
        raise BadValue(Message("case.not_yes_no", {"text": text}), remedy)
    return found


def written_date(text: str) -> date | None:
    """The day that a text most likely means, year first or as a spreadsheet's day number."""
    plain = unicodedata.normalize("NFKC", visible(text))
    for pattern in _WRITTEN_DATES:
        if found := pattern.fullmatch(plain):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                return None
    if re.fullmatch(r"[0-9]{5}", plain):  # a spreadsheet's day number
        return date(1899, 12, 30) + timedelta(days=int(plain))
    return None


def read_date(text: str, column: Column) -> date:
    """A date written YYYY-MM-DD, between 1900 and 2200."""
    plain = text.strip(" ")
    written = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", plain)
    try:
        found = date(*map(int, written.groups())) if written else None
    except ValueError as error:
        raise BadValue(Message("case.no_such_day", {"text": text})) from error
    if found is None:
        meant = written_date(text)
        remedy = Message("case.write", {"text": meant.isoformat()}) if meant else Message("case.write_date")
        raise BadValue(Message("case.not_a_date", {"text": text}), remedy)
    if not 1900 <= found.year <= 2200:
        raise BadValue(Message("case.date_out_of_range", {"text": text}))
    return found


def read_choice(text: str, column: Column) -> str:
    """One of the column's words, exactly."""
    if text in column.choices:
        return text
    remedy = did_you_mean(text, column.choices)
    raise BadValue(Message("case.not_a_choice", {"text": text, "choices": column.choices}), remedy)


def read_name(text: str, column: Column) -> str:
    """A name, or a text that rows are found by: no hidden characters, no outer or doubled spaces."""
    clean = visible(text)
    if clean != text:
        raise BadValue(
            Message("case.hidden_characters", {"text": ascii(text)}), Message("case.write", {"text": clean})
        )
    return text


def read_text(text: str, column: Column) -> str:
    """Free text, as it stands."""
    return read_name(text, column) if column.key else text


_READERS: dict[str, Callable[[str, Column], object]] = {
    "name": read_name,
    "text": read_text,
    "reference": read_name,
    "number": read_number,
    "integer": read_integer,
    "flag": read_flag,
    "date": read_date,
    "choice": read_choice,
}


def read_value(text: str, column: Column) -> object:
    """The value of a cell that is not blank."""
    return _READERS[column.kind](text, column)
