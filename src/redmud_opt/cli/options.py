"""What stands on the line: the parser of the verbs, and what its numbers may be."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

Verbs = Any
"""argparse's own type of subparsers is private."""

CASE = "a case folder, a scenario file, or the name of a bundled one"


class Misused(Exception):
    """The line cannot be understood."""


class Parser(argparse.ArgumentParser):
    """Raises instead of exiting with 2, which means infeasible here."""

    def error(self, message: str) -> NoReturn:
        """A line that cannot be understood."""
        raise Misused(f"{message}\n{self.format_usage().rstrip()}")


def seconds(words: str) -> float:
    """A number of seconds that is not negative."""
    value = float(words)
    if not 0 <= value < float("inf"):
        raise ValueError(words)
    return value


def share(words: str) -> float:
    """A share from 0 to below 1: 0.01 is one percent."""
    value = float(words)
    if not 0 <= value < 1:
        raise ValueError(words)
    return value


def count(words: str) -> int:
    """A whole number that is not negative."""
    value = int(words)
    if value < 0:
        raise ValueError(words)
    return value
