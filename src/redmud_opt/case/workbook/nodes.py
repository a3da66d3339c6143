"""A node of a YAML tree as text again."""

from __future__ import annotations

import re

from redmud_opt.case.yamltext import Mapping, Node, Scalar

_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`][^\n:#,\[\]{}]*")


def yaml_value(node: Node) -> str:
    """What stands behind a key: lists and mappings in one line."""
    if isinstance(node, Scalar):
        return "" if node.blank else _quoted(node.text)
    if isinstance(node, Mapping):
        return "{" + ", ".join(f"{key}: {yaml_value(held)}" for key, held in node.items.items()) + "}"
    return "[" + ", ".join(yaml_value(item) for item in node.items) + "]"


def _quoted(words: str) -> str:
    """Plain where YAML reads it back as it is, else in quotes."""
    if _PLAIN.fullmatch(words) and words == words.strip():
        return words
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
