"""The library with what all its pages need: words, labels, numbers with range and evidence, Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from redmud_opt.case import TABLES, Case
from redmud_opt.case.backing import Backed, Backing
from redmud_opt.case.columns import Row, columns, default_of
from redmud_opt.case.library import LIBRARY, is_library
from redmud_opt.i18n import Message, number_text, text


class Shelf:
    """A library in one language."""

    def __init__(self, library: Case, language: str) -> None:
        self.library, self.language = library, language
        self.backing = Backing(library)

    # ---- words

    def say(self, key: str, /, **values: object) -> str:
        """Words of the pages."""
        return text(Message(f"librarydocs.{key}", values), self.language)

    def word(self, group: str, name: str) -> str:
        """A word of the schema's choices; blank for a blank one."""
        return self.say(f"{group}.{name}") if name else ""

    @cached_property
    def _labels(self) -> dict[str, str]:
        return self.library.labels(self.language)

    def label(self, name: str) -> str:
        """The label of a name, the name itself where it has none."""
        return self._labels.get(name, name)

    def named(self, name: str) -> str:
        """Label and name."""
        label = self.label(name)
        return f"`{name}`" if label == name else f"{label} `{name}`"

    def listed(self, names: Iterable[str]) -> str:
        """Several of them."""
        return self.say("and").join(names)

    # ---- numbers

    def number(self, table: str, row: Row, column: str, unit: str = "") -> str:
        """A number with its range and the letter of its evidence."""
        value = getattr(row, column)
        if value is None:
            return ""
        return self.backed(self.backing.of(table, row, column), unit)

    def backed(self, backed: Backed, unit: str = "", factor: float = 1.0) -> str:
        """A number that is backed: `33 (28–40) A`."""
        words = number_text(backed.value * factor)
        words += f" {unit}" if unit else ""
        words += ranged(backed.low, backed.high, factor)
        letter = self.letter(backed.evidence)
        return f"{words} {letter}" if letter else words

    def letter(self, evidence: str) -> str:
        """M, D or A."""
        return self.say(f"letter.{evidence}") if evidence else ""

    def source(self, name: str) -> str:
        """A link into the bibliography."""
        page = "bibliography.md" if self.language == "en" else f"bibliography.{self.language}.md"
        return f"[{name}]({page}#{anchor(name)})" if name else ""

    def evidence_counts(self, numbers: Iterable[Backed]) -> str:
        """How many numbers are measured, derived, assumed, or say nothing."""
        found = Counter(one.evidence for one in numbers)
        values = {name or "unstated": found[name] for name in ("measured", "derived", "assumed", "")}
        return self.say("evidence_counts", total=sum(found.values()), **values)

    def stated(self, table: str, row: Row) -> Iterator[Backed]:
        """Every number that a row states and that is not what a blank cell means."""
        for name, column in columns(TABLES[table]).items():
            plain = column.kind == "number" and name not in ("low", "high")
            if plain and getattr(row, name) is not None:
                backed = self.backing.of(table, row, name)
                if backed.evidence or backed.value != default_of(TABLES[table], name):
                    yield backed

    # ---- pages

    def head(self, page: str) -> list[str]:
        """Title and what the page is made from."""
        lines = [f"# {self.say(f'{page}.title')}", "", self.say("made"), "", self.say(f"{page}.intro")]
        return [*lines, "", self.say("letters"), ""]

    def table(self, head: str, rows: Iterable[Sequence[str]], **values: object) -> list[str]:
        """A Markdown table; the words of its header stand in one message, apart by ¦. Blank columns fall away."""
        names = self.say(head, **values).split("¦")
        cells = [[cell(one) for one in row] for row in rows]
        if not cells:
            return []
        kept = [number for number in range(len(names)) if any(row[number] for row in cells)]
        lines = ["| " + " | ".join(names[number].strip() for number in kept) + " |", "|" + "---|" * len(kept)]
        lines += ["| " + " | ".join(row[number] for number in kept) + " |" for row in cells]
        return [*lines, ""]


def cell(words: str) -> str:
    """Text that may stand in a cell of a table."""
    return " ".join(words.replace("|", "/").split())


def ranged(low: float | None, high: float | None, factor: float = 1.0) -> str:
    """` (28–40)`; blank without a range, or for one of no width."""
    if (low is None and high is None) or low == high:
        return ""
    ends = ["" if end is None else number_text(end * factor) for end in (low, high)]
    return f" ({ends[0]}–{ends[1]})"


def anchor(name: str) -> str:
    """What a key is called inside a page."""
    return "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in name)


def folder_of(row: Row) -> str:
    """The folder of the library that a row stands in; `rule pack` for what is no library's."""
    parts = row.place.file.removeprefix(LIBRARY).split("/")
    return parts[0] if is_library(row) else "/".join(parts[:2])


def page_of(lines: Iterable[str]) -> str:
    """The text of a page."""
    return "\n".join(lines).rstrip() + "\n"
