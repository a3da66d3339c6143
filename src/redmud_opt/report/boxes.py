"""The boxes of a figure in words: their names, safe to draw, in lines that fit a column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from html import escape

from redmud_opt.i18n import Message, text
from redmud_opt.report.labels import Labels
from redmud_opt.report.sankey import Node

_PIECES = re.compile(
    r"[（【《]?[\u2e80-\uffef][，。、；：！？）】》]*|[^ \u2e80-\uffef]+[，。、；：！？）】》]* *| +"
)
"""What a line may not break: a Latin word; a Chinese sign with the brackets and marks that belong to it."""


def wrapped(words: str, fit: int) -> list[str]:
    """Lines of at most `fit` letters: breaks stay, Latin breaks at spaces, Chinese nearly anywhere."""
    lines = []
    for part in words.replace(" %", "\u00a0%").split("\n"):
        line = ""
        for piece in _PIECES.findall(part):
            if line and _width(line + piece.rstrip(" ")) > fit:
                lines.append(line.rstrip(" "))
                line = ""
            line += piece
        lines.append(line.rstrip(" "))
    return lines


def _width(words: str) -> int:
    return sum(2 if ord(letter) >= 0x2E80 else 1 for letter in words)


def named_once(nodes: Iterable[Node]) -> set[Node]:
    """Residues of which the figure has only one box: their site needs no mention."""
    boxes = list(nodes)
    count = Counter((node.kind, node.name) for node in boxes)
    return {node for node in boxes if node.kind == "residue" and count[node.kind, node.name] == 1}


def drawable(words: str) -> str:
    """Names as they stand: a figure would take their signs for tags and links."""
    return escape(words, quote=False)


def broken(words: str) -> str:
    """Line breaks as a figure writes them."""
    return words.replace("\n", "<br>")


def box_name(node: Node, labels: Labels, *, short: bool = False) -> str:
    """A box in words, its site on a line of its own; short: without its site."""
    values = {"name": labels.name(node.name), "site": labels.name(node.site)}
    if short:
        return str(values["name"])
    return text(Message(f"report.box.{node.kind}", values), labels.language).rstrip("\n")
