"""The README shows what is printed, not what somebody typed.

REDMUD_WRITE_README=1 pytest tests/test_readme.py       writes the block anew
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from redmud_opt import load_case, optimise
from redmud_opt.report.overview import overview

README = Path(__file__).resolve().parents[1] / "README.md"
START, END = "<!-- output -->\n", "<!-- end of output -->"


def beginning() -> str:
    """What `make plan` prints before the rates of utilisation."""
    lines = str(optimise(load_case("guangxi"))).splitlines()
    return "```text\n" + "\n".join(lines[: lines.index("Utilisation rates") - 1]) + "\n```\n"


def shape(block: str) -> list[str]:
    """The block without its numbers: plans of the same value may differ in their parts."""
    return [" ".join(re.sub(r"-?[\d.,]+", "#", line).split()) for line in block.splitlines()]


@pytest.mark.slow
def test_readme_shows_what_is_printed() -> None:
    """Slow: the plan that `make plan` proves the best."""
    page = README.read_text(encoding="utf-8")
    before, rest = page.split(START)
    shown, after = rest.split(END)
    printed = beginning()
    if os.environ.get("REDMUD_WRITE_README"):
        README.write_text(before + START + printed + END + after, encoding="utf-8")
        shown = printed
    assert shown.splitlines()[:5] == printed.splitlines()[:5], "title, status, objective and value"
    assert shape(shown) == shape(printed)


# ---- the plan of `group` in one table


GROUP = ("<!-- group -->\n", "<!-- end of group -->")


def group_table() -> str:
    case = load_case("group")
    return "\n" + overview(case, optimise(case)).markdown() + "\n"


@pytest.mark.slow
def test_readme_shows_the_plan_of_the_group() -> None:
    page = README.read_text(encoding="utf-8")
    before, rest = page.split(GROUP[0])
    shown, after = rest.split(GROUP[1])
    made = group_table()
    if os.environ.get("REDMUD_WRITE_README"):
        README.write_text(before + GROUP[0] + made + GROUP[1] + after, encoding="utf-8")
        shown = made
    assert shape(shown) == shape(made)
    assert shown.splitlines()[-2:] == made.splitlines()[-2:], "value, builds, what rests on assumptions"
