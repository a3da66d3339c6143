"""Texts in CSV files that a spreadsheet opens: none can start a formula, and each is read back as it was.

escaped("=1+1")     '=1+1         what begins with = + - @, tab, carriage return or the apostrophe itself
unescaped("'=1+1")  =1+1
"""

from __future__ import annotations

RISKY = ("=", "+", "-", "@", "\t", "\r")
MARK = "'"


def escaped(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return MARK + text if text.startswith((*RISKY, MARK)) else text


def unescaped(text: str) -> str:
    """The text that `escaped` was given."""
    return text.removeprefix(MARK)
