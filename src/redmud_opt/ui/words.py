"""Words of the page, and making text safe where the page would read it as Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass

from redmud_opt.case import Case
from redmud_opt.i18n import LANGUAGES, Message, text
from redmud_opt.report.labels import labelled
from redmud_opt.report.numbers import mass_scale, money_scale
from redmud_opt.report.tables import View, in_units

NAMES = {"en": "English", "zh": "中文"}
_FAR = re.compile(r"(?:\.\./)+(?:[^\s/]+/)*?([^\s/]+/[^\s/]+\.(?:csv|ya?ml|xlsx))(?!/)")
"""A file of a base: where its folder lies on the server is no concern of a page."""

_SIGNS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~:$&^])")


@dataclass(frozen=True, slots=True)
class Words:
    """Says the page in one language; `units`: those that the reader chose for amounts."""

    language: str
    units: str = "auto"

    def __call__(self, key: str, **values: object) -> str:
        """The words of `ui.<key>`."""
        return text(Message(f"ui.{key}", values), self.language)

    def money(self, amount_cny: float) -> str:
        """An amount of money in the units that the reader chose."""
        return money_scale([amount_cny], self.language, self.units).text(amount_cny)

    def mass(self, amount_t: float) -> str:
        """Tonnes in the units that the reader chose."""
        return mass_scale([amount_t], self.language, self.units).text(amount_t)

    def view(self, view: View) -> View:
        """A table in the units that the reader chose."""
        return in_units(view, self.units, self.language)

    def tell(self, message: Message, case: Case | None = None) -> str:
        """A message of the program; with the case, what it names is shown by its label too."""
        labels = {} if case is None else case.labels(self.language)
        return _FAR.sub(r"\1", text(labelled(message, labels), self.language))


def plain(words: str) -> str:
    """Text that may come from a case, shown as it is: no Markdown, no colours, no formulas."""
    return _SIGNS.sub(r"\\\1", words)


def listed(lines: list[str]) -> str:
    """A Markdown list of plain lines."""
    return "\n".join(f"- {plain(line)}" for line in lines)


__all__ = ["LANGUAGES", "NAMES", "Words", "listed", "plain"]
