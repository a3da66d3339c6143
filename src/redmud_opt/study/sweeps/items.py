"""Values of a YAML mapping of a study file, read strictly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from redmud_opt.case import Fault
from redmud_opt.case.columns import Column
from redmud_opt.case.names import did_you_mean
from redmud_opt.case.settings import unknown_keys
from redmud_opt.case.values import BadValue, read_number
from redmud_opt.case.yamltext import Mapping, Node, Scalar, Sequence
from redmud_opt.i18n import Message

_NUMBER = Column("number", "a number", minimum=None)


@dataclass
class Items:
    """Values of one mapping of the file, read strictly; what is wrong goes to the list of faults."""

    node: Mapping
    shown: str
    faults: list[Fault]

    def fault(self, line: int, key: str, message: Message, remedy: Message | None = None) -> None:
        """Note a fault."""
        self.faults.append(Fault(self.shown, line, key, message, remedy))

    def line(self, key: str) -> int:
        """Where a key stands."""
        return self.node.lines.get(key, self.node.line)

    def unknown(self, known: Iterable[str]) -> None:
        """A fault for each key that is not known."""
        self.faults.extend(unknown_keys(self.node, tuple(known), self.shown))

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """A word; the default where there is none."""
        node = self.node.items.get(key)
        if node is None or (isinstance(node, Scalar) and node.blank):
            if required:
                self.fault(self.node.line, key, Message("case.missing_key", {"key": key}))
            return default
        if not isinstance(node, Scalar):
            self.fault(node.line, key, Message("case.needs_one_value", {"key": key}))
            return default
        return node.text

    def one_of(self, key: str, known: Iterable[str], default: str) -> str:
        """One of some words."""
        known, found = tuple(known), self.text(key, default)
        if found not in known:
            message = Message("sweep.none_of", {"given": found, "known": known})
            self.fault(self.line(key), key, message, did_you_mean(found, known))
            return default
        return found

    def number(
        self, key: str, default: float | None, *, least: float | None = None, most: float | None = None
    ) -> float | None:
        """A number between two limits; the default where there is none or it is wrong."""
        words = self.text(key)
        if not words:
            return default
        try:
            found = read_number(words, replace(_NUMBER, minimum=least, maximum=most))
        except BadValue as bad:
            self.fault(self.line(key), key, bad.message, bad.remedy)
            return default
        return found

    def whole(self, key: str, default: int, *, least: int = 0) -> int:
        """A whole number."""
        found = self.number(key, float(default), least=float(least))
        if found is None or found != int(found):
            self.fault(self.line(key), key, Message("sweep.needs_whole", {"given": self.text(key)}))
            return default
        return int(found)

    def mapping(self, key: str) -> Items | None:
        """A mapping below a key."""
        node = self.node.items.get(key)
        if node is None:
            return None
        if not isinstance(node, Mapping):
            self.fault(node.line, key, Message("sweep.needs_mapping", {"key": key}))
            return None
        return Items(node, self.shown, self.faults)

    def mappings(self, key: str) -> list[Items]:
        """A list of mappings."""
        found = []
        for node in self.nodes(key):
            if isinstance(node, Mapping):
                found.append(Items(node, self.shown, self.faults))
            else:
                self.fault(node.line, key, Message("sweep.needs_mapping", {"key": key}))
        return found

    def nodes(self, key: str) -> list[Node]:
        """The entries of a list."""
        node = self.node.items.get(key)
        if node is None or (isinstance(node, Scalar) and node.blank):
            return []
        if not isinstance(node, Sequence):
            self.fault(node.line, key, Message("case.needs_list"))
            return []
        return node.items

    def words(self, key: str) -> list[tuple[str, int]]:
        """The words of a list with their lines."""
        found = []
        for node in self.nodes(key):
            if isinstance(node, Scalar) and not node.blank:
                found.append((node.text, node.line))
            else:
                self.fault(node.line, key, Message("case.needs_one_value", {"key": key}))
        return found
