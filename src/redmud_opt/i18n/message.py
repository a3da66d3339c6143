"""A message: key and values, turned into words in one place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from redmud_opt.i18n.amounts import Amount
from redmud_opt.i18n.catalogue import LANGUAGES, template

_BETWEEN = {"en": ", ", "zh": "、"}
_FLAGS = {"en": ("no", "yes"), "zh": ("否", "是")}


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be said, without the words: a key of the catalogue and the values of its placeholders."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def __hash__(self) -> int:
        return hash((self.key, tuple(self.values)))

    def __reduce__(self) -> tuple[type[Message], tuple[str, dict[str, object]]]:
        return Message, (self.key, dict(self.values))


class _Words(dict[str, str]):
    """Values by placeholder; one without a value stays visible instead of hiding the rest of the message."""

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


def number_text(value: float) -> str:
    """A number as people write it: six digits, thousands apart from 10,000 on, no exponent where none is needed."""
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if not math.isfinite(value) or value == 0:
        return "0" if value == 0 else str(value)
    size = math.floor(math.log10(abs(value)))
    if size < -5 or size > 14:
        return f"{value:.6g}"
    words = f"{value:,.{max(0, 5 - size)}f}"
    words = words.rstrip("0").rstrip(".") if "." in words else words
    return words.replace(",", "") if abs(value) < 9_999.5 else words


def _shown(value: object, language: str) -> str:
    if isinstance(value, Message):
        return text(value, language)
    if isinstance(value, Amount):
        return value.words(language)
    if isinstance(value, bool):
        return _FLAGS[language][value]
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (tuple, list, frozenset, set)):
        items = sorted(value, key=str) if isinstance(value, (frozenset, set)) else value
        return _BETWEEN[language].join(_shown(item, language) for item in items)
    return str(value)


def text(message: Message, language: str = "en") -> str:
    """The words of a message. A key that the catalogue lacks is shown bare, so that nothing is lost on the way."""
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is none of {LANGUAGES}")
    values = _Words({name: _shown(value, language) for name, value in message.values.items()})
    words = template(message.key, language)
    if words is None:
        return " ".join([message.key, *(f"{name}={value}" for name, value in values.items())])
    return words.format_map(values)
