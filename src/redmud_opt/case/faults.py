"""What can be wrong with a case.

Exception
└── CaseFaults          every fault of a case, collected and raised once
        .faults         tuple[Fault, ...]: file, row, column, message, remedy
        .render()       the list as people read it
        .as_records()   the list as rows of a table (JSON, page)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from redmud_opt.i18n import Message, text


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to fix. Row as a spreadsheet counts it (header = 1), or line of a YAML file; 0: the whole file."""

    file: str
    row: int
    column: str
    message: Message
    remedy: Message | None = None

    def where(self, language: str = "en") -> str:
        """File, row and column in words."""
        parts = [self.file] if self.file else []
        if self.row:
            key = "case.at_line" if self.file.casefold().endswith((".yaml", ".yml")) else "case.at_row"
            parts.append(text(Message(key, {"row": str(self.row)}), language))
        if self.column:
            parts.append(text(Message("case.at_column", {"column": self.column}), language))
        return text(Message("case.comma"), language).join(parts)

    def render(self, language: str = "en") -> str:
        """Place, fault and remedy on one or two lines."""
        where, words = self.where(language), text(self.message, language)
        said = text(Message("case.fault", {"where": where, "what": words}), language) if where else words
        return said if self.remedy is None else f"{said}\n     {text(self.remedy, language)}"


class CaseFaults(Exception):
    """A case that cannot run. `faults` holds everything found, in the order of files and rows."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return self.render("en")

    def render(self, language: str = "en") -> str:
        """The numbered list in words."""
        count = len(self.faults)
        key = "case.one_thing_to_fix" if count == 1 else "case.things_to_fix"
        lines = [text(Message(key, {"count": count}), language)]
        lines += [f"  {number}. {fault.render(language)}" for number, fault in enumerate(self.faults, 1)]
        return "\n".join(lines)

    def as_records(self, language: str = "en") -> list[dict[str, object]]:
        """One record per fault: file, row, column, message, remedy, and the key for programs."""
        return [
            {
                "file": fault.file,
                "row": fault.row or None,
                "column": fault.column or None,
                "message": text(fault.message, language),
                "remedy": None if fault.remedy is None else text(fault.remedy, language),
                "key": fault.message.key,
            }
            for fault in self.faults
        ]
