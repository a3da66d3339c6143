"""Names in a plan's tables → words in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from redmud_opt.i18n import Message, template, text
from redmud_opt.plan import Plan


class Labels:
    """The labels of one plan in one language; what has no label there is shown by its other label or its name."""

    def __init__(self, plan: Plan, language: str) -> None:
        self.language = language
        self._plan = plan
        own = plan.labels.get(language, {})
        others = [words for known, words in plan.labels.items() if known != language]
        self._words = {name: label for words in (*others, own) for name, label in words.items() if label}

    def name(self, name: str) -> str:
        """A declared name: site, process, outlet, storage, material, line …"""
        return self._words.get(name, name)

    def word(group: str, name: str, language: str) -> str:
    """A word of the program's own vocabulary, the name itself where the catalogue has none; fit to begin a label."""
    for key in (f"plan.{group}_{name}", f"report.{group}.{name}"):
        if template(key, language) is not None:
            words = text(Message(key), language)
            return words[:1].upper() + words[1:]
    return name
