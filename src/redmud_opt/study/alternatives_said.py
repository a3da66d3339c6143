"""Alternatives in words and tables: what all plans share (no regret), and where they differ."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from redmud_opt.i18n import Message, Money
from redmud_opt.study.alternatives import TOLERANCE, Alternative, Alternatives, alternatives
from redmud_opt.study.asking import Base
from redmud_opt.study.choices import Choice, changed
from redmud_opt.study.explanation import Explanation

SHOWN = 8
"""Investments and destinations that a sentence names."""

MOVES = 4
"""Destinations whose change a sentence names."""

LEAST_SHARE = 0.005
"""Destinations below this share of their class are not told in words."""


def explain_alternatives(
    base: Base, count: int = 3, tolerance: float = TOLERANCE, limit_s: float | None = None
) -> Explanation:
    """Alternatives as sentences and three tables: plans, investments, destinations."""
    return said(alternatives(base, count, tolerance, limit_s), tolerance)


def said(found: Alternatives, tolerance: float) -> Explanation:
    """Alternatives that were found, as sentences and tables."""
    others = found.plans[1:]
    values = {"count": len(others), "allowed": Money(found.allowed_cny), "percent": 100.0 * tolerance}
    kind = "turnover" if found.by_turnover else "value"
    lines = [line for plan in others for line in _about(found, plan)]
    if others:
        lines += [*_shared(found), *_differing(found)]
    if found.gave_up:
        lines.append(Message(f"choices.{found.gave_up}", {"count": len(others)}))
    frames = {
        "plans": _plans(found),
        "investments": investment_table(found),
        "destinations": destination_table(found),
    }
    return Explanation(
        "alternatives", Message(f"choices.alternatives_of_{kind}", values), tuple(lines), frames
    )


def _about(found: Alternatives, plan: Alternative) -> list[Message]:
    first = found.plans[0]
    values = {
        "number": plan.number,
        "given_up": Money(first.value_cny - plan.value_cny),
        "elsewhere": tuple(_classes(found, first, plan)) or (Message("choices.no_class"),),
    }
    items = changed(first.units, plan.units)
    told = [Message("choices.alternative", values)]
    if items:
        told.append(Message("choices.alternative_items", {"items": _few(items)}))
    moves = tuple(_moves(found, first, plan))
    if moves:
        told.append(Message("choices.alternative_moves", {"items": moves}))
    if not plan.audited:
        told.append(Message("choices.audit_failed", {"number": plan.number}))
    return told


def _classes(found: Alternatives, one: Alternative, other: Alternative) -> Iterator[Message]:
    """Share of each class that ends elsewhere."""
    shares = 0.5 * np.abs(other.amounts_t - one.amounts_t) / found.destinations.most_t
    own = [key.waste_class for key in found.destinations.keys]
    for name in found.destinations.classes:
        percent = round(100.0 * float(shares[[waste == name for waste in own]].sum()), 1)
        if percent > 0.0:
            waste = Message(f"plan.class_{name}")
            yield Message("choices.class_elsewhere", {"waste": waste, "percent": percent})


def _moves(found: Alternatives, one: Alternative, other: Alternative) -> Iterator[Message]:
    """The destinations whose share of their class changes most, in points."""
    points = 100.0 * (other.amounts_t - one.amounts_t) / found.destinations.most_t
    for k in np.argsort(-np.abs(points), kind="stable")[:MOVES].tolist():
        if abs(points[k]) >= 0.1:
            yield _place(found, k, round(float(points[k]), 1), "moved")


def _elsewhere(found: Alternatives, one: Alternative, other: Alternative) -> float:
    """Share of all origin tonnes that end elsewhere."""
    whole = float(one.amounts_t.sum())
    return 0.5 * float(np.abs(other.amounts_t - one.amounts_t).sum()) / whole if whole else 0.0


def _few(items: tuple[Message, ...]) -> tuple[Message, ...]:
    """The first of many, and how many more."""
    if len(items) <= SHOWN:
        return items
    return (*items[:SHOWN], Message("choices.more_items", {"count": len(items) - SHOWN}))


def _everywhere(found: Alternatives) -> list[Choice]:
    """Investments of every plan."""
    first, *others = found.plans
    return [choice for choice in first.units if all(choice in plan.units for plan in others)]


def _shared(found: Alternatives) -> list[Message]:
    """What every plan does."""
    steps = tuple(choice.said("name") for choice in _everywhere(found))
    least = np.min([plan.amounts_t for plan in found.plans], axis=0)
    shares = least / found.destinations.most_t
    ranked = [int(k) for k in np.argsort(-shares) if shares[k] > LEAST_SHARE]
    places = tuple(_place(found, k, round(100.0 * float(shares[k]), 1), "place") for k in ranked[:SHOWN])
    told = [Message("choices.no_regret", {"items": _few(steps)})] if steps else []
    if not steps:
        told.append(Message("choices.no_step_in_all"))
    if places:
        told.append(Message("choices.no_regret_places", {"items": places}))
    return told


def _place(found: Alternatives, k: int, percent: float, how: str) -> Message:
    key = found.destinations.keys[k]
    values: dict[str, object] = {"province": key.province, "percent": percent}
    values["fate"] = Message(f"plan.fate_{key.fate}", {"at": key.at})
    values["waste"] = Message(f"plan.class_{key.waste_class}")
    return Message(f"choices.{how}", values)


def _differing(found: Alternatives) -> list[Message]:
    """What some plans do and others do not."""
    everywhere = set(_everywhere(found))
    anywhere = dict.fromkeys(choice for plan in found.plans for choice in plan.units)
    items = tuple(choice.said("name") for choice in anywhere if choice not in everywhere)
    return [Message("choices.open_items", {"items": _few(items)})] if items else []


# ---- tables -----------------------------------------------------------------------------------------------------


def _plans(found: Alternatives) -> pd.DataFrame:
    first = found.plans[0]
    return pd.DataFrame(
        [
            {
                "plan": plan.number,
                "value_cny": plan.value_cny,
                "given_up_cny": first.value_cny - plan.value_cny,
                "distance": plan.distance,
                "farthest_proved": plan.proved,
                "share_elsewhere": _elsewhere(found, first, plan),
                "investments": sum(plan.units.values()),
                "audited": plan.audited,
                "seconds": plan.seconds,
            }
            for plan in found.plans
        ]
    )


def investment_table(found: Alternatives) -> pd.DataFrame:
    """Units of every investment by plan, and in how many plans it is."""
    anywhere = dict.fromkeys(choice for plan in found.plans for choice in plan.units)
    rows = []
    for choice in anywhere:
        counts = {f"plan_{plan.number}": plan.units.get(choice, 0) for plan in found.plans}
        in_all = all(counts.values())
        shared = Message("choices.in_all" if in_all else "choices.in_some")
        rows.append({"investment": choice.said("name"), "thing": choice.thing, "kind": choice.kind} | counts)
        rows[-1] |= {"in_all": in_all, "verdict": shared}
    rows.sort(key=lambda row: not row["in_all"])
    return pd.DataFrame(rows, columns=list(rows[0]) if rows else ["investment"])


def destination_table(found: Alternatives) -> pd.DataFrame:
    """Origin tonnes of every destination by plan, and the least and most of any plan."""
    amounts = np.array([plan.amounts_t for plan in found.plans])
    used = np.flatnonzero(amounts.max(axis=0) > 1e-3)
    keys = [found.destinations.keys[k] for k in used]
    table = pd.DataFrame(
        {
            "waste_class": [key.waste_class for key in keys],
            "fate": [key.fate for key in keys],
            "at": [key.at for key in keys],
            "province": [key.province for key in keys],
        }
        | {f"plan_{plan.number}_t": plan.amounts_t[used] for plan in found.plans}
        | {"least_t": amounts[:, used].min(axis=0), "most_t": amounts[:, used].max(axis=0)}
    )
    return table.sort_values("most_t", ascending=False, ignore_index=True)
