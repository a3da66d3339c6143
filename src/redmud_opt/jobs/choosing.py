"""Questions about choices, as they are asked of a run: alternatives, decisions reversed, wishes, another case."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from redmud_opt.case import CaseFaults, Fault, load_case
from redmud_opt.i18n import Message
from redmud_opt.study.alternatives import TOLERANCE
from redmud_opt.study.alternatives_said import explain_alternatives
from redmud_opt.study.asking import Base
from redmud_opt.study.decisions import explain_decisions
from redmud_opt.study.explanation import Explanation
from redmud_opt.study.pins import explain_pins
from redmud_opt.study.regret import explain_regret

MOST_ALTERNATIVES = 10


def ask_alternatives(base: Base, arguments: Sequence[str] | None, limit_s: float) -> Explanation:
    """So many plans that are nearly as good: `3`, or `3@5` for up to 5 % less."""
    words = (arguments or ("3",))[-1]
    count, _, percent = words.partition("@")
    share = _share(percent) if percent else TOLERANCE
    if not count.isdecimal() or not 1 <= int(count) <= MOST_ALTERNATIVES or share is None:
        values = {"given": words, "most": MOST_ALTERNATIVES}
        raise CaseFaults([Fault("", 0, "", Message("choices.not_a_count", values))])
    return explain_alternatives(base, int(count), share, limit_s)


def _share(percent: str) -> float | None:
    """A share from percent; None where it is none between 0 and 1."""
    try:
        share = float(percent) / 100.0
    except ValueError:
        return None
    return share if 0.0 < share < 1.0 else None


def ask_decisions(base: Base, _: Sequence[str] | None, limit_s: float) -> Explanation:
    """The decisions that matter."""
    return explain_decisions(base, limit_s=limit_s)


def ask_pins(base: Base, arguments: Sequence[str] | None, limit_s: float) -> Explanation:
    """Wishes and what they cost."""
    return explain_pins(base, arguments or (), limit_s)


def ask_regret(base: Base, arguments: Sequence[str] | None, limit_s: float) -> Explanation:
    """The investments of the plan in another case, or in another scenario of the same one."""
    given = (arguments or ("",))[-1]
    return explain_regret(base, Path(given).name.removesuffix(".yaml"), load_case(given), limit_s)
