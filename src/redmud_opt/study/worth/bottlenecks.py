"""What holds a plan back, in words and as a table: things ranked by what 5 % more of them is worth.

bottlenecks(base)                     whole numbers as the plan has them: exact, an LP each
bottlenecks(base, "free")             decided anew: an interval each
worth_of(base, ["kiln_line"])         these things, both ways
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from redmud_opt.case import CaseFaults
from redmud_opt.case.faults import Fault
from redmud_opt.case.names import did_you_mean
from redmud_opt.i18n import Message, Money
from redmud_opt.study.asking import NOTHING_CNY, Base, How, Interval
from redmud_opt.study.explanation import Explanation
from redmud_opt.study.worth.measure import UNIT, Found, Worth, frame_of, worth
from redmud_opt.study.worth.things import Thing, things_of

NAMED = 12
"""How many things are named where they are only listed."""


def bottlenecks(
    base: Base, whole: How = "fixed", *, most: int | None = None, time_limit_s: float | None = None
) -> Explanation:
    """Things ranked by what 5 % more of them is worth."""
    question = "bottlenecks" if whole == "fixed" else "bottlenecks_free"
    heading = Message(
        f"worth.heading_{whole}",
        {"case": base.case.settings.name, "value": Money(base.answer.value_cny or 0.0)},
    )
    if base.network.pools:
        return Explanation(question, heading, (Message("worth.pools"),))
    found = worth(base, whole=whole, most=most, time_limit_s=time_limit_s)
    return Explanation(question, heading, tuple(_lines(found, whole)), {question: found.frame()})


def worth_of(base: Base, names: Sequence[str], *, time_limit_s: float | None = None) -> Explanation:
    """What more of the things of these names is worth, whole numbers fixed and free. Raises CaseFaults for others."""
    every = things_of(base.model, base.network)
    known = sorted({thing.name for thing in every})
    wrong = [name for name in names if name not in known]
    if wrong:
        told = (Message("worth.no_such_thing", {"name": name}) for name in wrong)
        raise CaseFaults(
            Fault("", 0, "", message, did_you_mean(name, known))
            for name, message in zip(wrong, told, strict=True)
        )
    heading = Message("worth.heading_worth", {"case": base.case.settings.name, "names": tuple(names)})
    if base.network.pools:
        return Explanation("worth", heading, (Message("worth.pools"),))
    asked = [thing for thing in every if thing.name in names]
    fixed = worth(base, asked)
    free = worth(base, asked, "free", time_limit_s=time_limit_s)
    lines = [line for w in fixed.worths for line in _both(w, free.of(w.thing, w.step))]
    return Explanation("worth", heading, tuple(lines), {"worth": frame_of([*fixed.worths, *free.worths])})


def gain_words(gain: Interval, stopped: str = "optimal") -> Message:
    """What is gained, or why that is not known."""
    ends = {"least": Money(gain.least), "most": Money(gain.most)}
    if stopped in ("infeasible", "faults"):
        return Message("worth.impossible")
    if gain.exact and abs(gain.middle) <= NOTHING_CNY:
        return Message("worth.nothing")
    if gain.exact:
        return Message("worth.exactly", {"gain": Money(gain.middle)})
    if gain.resolved:
        return Message("worth.between", ends)
    return Message("worth.not_resolved", ends)


# ---- lines ------------------------------------------------------------------------------------------------------


def _lines(found: Found, whole: How) -> Iterator[Message]:
    ranked = found.ranked()
    telling = [w for w in ranked if not _is_nothing(w)]
    for w in telling:
        yield _line(w, found)
    if not ranked:
        yield Message("worth.no_bottleneck")
    silent = [w.thing for w in ranked if _is_nothing(w)]
    if silent:
        yield Message("worth.worth_nothing", _listed(silent))
    if found.left:
        yield Message("worth.left", _listed(found.left))
    if found.unbuilt:
        yield Message("worth.unbuilt", _listed(found.unbuilt))
    yield Message(f"worth.meaning_{whole}")
    yield _seconds(found)


def _is_nothing(w: Worth) -> bool:
    return w.stopped == "optimal" and w.gain.exact and abs(w.gain.middle) <= NOTHING_CNY


def _listed(things: Sequence[Thing]) -> dict[str, object]:
    words: list[Message] = [thing.words for thing in things[:NAMED]]
    if len(things) > NAMED:
        words.append(Message("worth.and_more", {"count": len(things) - NAMED}))
    return {"count": len(things), "things": tuple(words)}


def _line(w: Worth, found: Found) -> Message:
    """A thing: 5 %, what a unit and 20 % come to, and what the dual says."""
    other = [o for step in (UNIT, "20 %") if (o := found.of(w.thing, step)) is not None and o is not w]
    steps = [
        Message("worth.other_step", {"more": _more(o), "gain": gain_words(o.gain, o.stopped)}) for o in other
    ]
    if w.dual_says_cny is not None:
        steps.append(Message("worth.dual_says", {"gain": Money(w.dual_says_cny), "step": w.step_words}))
    values = {"thing": w.thing.words, "more": _more(w), "gain": gain_words(w.gain, w.stopped)}
    return Message("worth.line", {**values, "others": tuple(steps)})


def _more(w: Worth) -> Message:
    """4,000 t/a more (5 %)"""
    values = {"amount": w.thing.quantity(abs(w.more)), "step": w.step_words}
    return Message("worth.more" if w.more > 0 else "worth.less", values)


def _both(fixed: Worth, free: Worth | None) -> Iterator[Message]:
    values = {"thing": fixed.thing.words, "more": _more(fixed)}
    yield Message("worth.line_fixed", {**values, "gain": gain_words(fixed.gain, fixed.stopped)})
    if free is not None:
        yield Message("worth.line_free", {**values, "gain": gain_words(free.gain, free.stopped)})
    if fixed.dual_says_cny is not None and fixed.step != UNIT:
        yield Message("worth.line_dual", {**values, "gain": Money(fixed.dual_says_cny)})


def _seconds(found: Found) -> Message:
    spent = found.seconds
    return Message(
        "worth.seconds",
        {
            "count": len(found.worths),
            "derive": round(spent["network"] + spent["build"], 2),
            "hand_over": round(spent["compile"] + spent["update"], 2),
            "solver": round(spent["solver"], 2),
        },
    )
