"""What an answer to a question looks like: messages and tables, no words.

Sentences are `Message`s with numbers (`i18n.amounts` for money and tonnes), made into words where they are read;
cells of tables are numbers, names or messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from redmud_opt.i18n import Message, text
from redmud_opt.plan.words import records, said


@dataclass(frozen=True)
class Explanation:
    """An answer. question: its name in `jobs.explaining.QUESTIONS`; lines: what is said, the weightiest first."""

    question: str
    heading: Message
    lines: tuple[Message, ...] = ()
    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    def frame(self, name: str, language: str = "en") -> pd.DataFrame:
        """A table with its messages in words."""
        return in_words(self.frames[name], language)

    def as_record(self, language: str = "en") -> dict[str, Any]:
        """For JSON: sentences with their keys, tables as rows."""
        return {
            "question": self.question,
            "heading": said(self.heading, language),
            "lines": [said(line, language) for line in self.lines],
            "tables": {name: records(self.frame(name, language)) for name in self.frames},
        }

    def words(self, language: str = "en") -> Iterator[str]:
        """For people, line by line."""
        yield text(self.heading, language)
        for line in self.lines:
            yield f"  {text(line, language)}"


def in_words(frame: pd.DataFrame, language: str) -> pd.DataFrame:
    """A table whose messages are words of a language."""
    found = frame.copy()
    for name in found.columns:
        if found[name].map(lambda cell: isinstance(cell, Message)).any():
            cells = [text(cell, language) if isinstance(cell, Message) else cell for cell in found[name]]
            found[name] = pd.Series(cells, index=found.index, dtype=object)
    return found
