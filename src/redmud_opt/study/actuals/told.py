"""Plan against actual as tables and sentences: what deviates, why, which periods are over, what lies where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import pandas as pd

from redmud_opt.case.actuals import Actuals
from redmud_opt.case.actuals.record import months_of
from redmud_opt.case.case import Case, Period
from redmud_opt.i18n import Message, Money, Tonnes
from redmud_opt.plan.framing import framed, picked
from redmud_opt.study.actuals.books import Book, Places, left_at
from redmud_opt.study.actuals.causes import Caused, Part
from redmud_opt.study.actuals.happened import Happened
from redmud_opt.study.explanation import Explanation

TOLD = 5
"""Deviations of a measure that are told in words; the tables have all."""

CAUSES_TOLD = 3

MOIST, ALIKE = 1.1, 0.02
"""From so many wet tonnes of a dry one on, and so near to them, dry tonnes look like wet ones."""

SMALL_SHARE = 0.01
"""A deviation below this share of the plan is not worth a sentence."""

ORDER = ("arising", "shipped", "fed", "made", "sold", "revenue", "placed", "stock")

DEVIATIONS = (
    "measure",
    "at",
    "material",
    "period",
    "plan_t",
    "actual_t",
    "deviation_t",
    "deviation_share",
    "known",
)
CAUSES = (
    "measure",
    "at",
    "material",
    "unit",
    "planned",
    "actual",
    "deviation",
    "cause",
    "cause_at",
    "amount",
)
PERIODS = ("period", "start", "end", "state", "months", "months_reported")
STOCKS = (
    *("site", "material", "opening_t", "arising_t", "received_t", "made_t", "shipped_t", "fed_t", "sold_t"),
    *("placed_t", "left_t", "measured_t", "difference_t"),
)


def deviation_frame(plan: Book, happened: Happened, periods: list[str]) -> pd.DataFrame:
    """Plan and actual of every thing and period; `known`: reported, or derived from what was."""
    rows = []
    for measure in plan.amounts:
        keys = dict.fromkeys((*plan.keys(measure), *happened.book.keys(measure)))
        for key in keys:
            if (measure, key) in happened.untold:
                continue
            known = "reported" if (measure, key) in happened.reported else "derived"
            for period in periods:
                planned, actual = plan.of(measure, key, period), happened.book.of(measure, key, period)
                if not planned and not actual:
                    continue
                share = (actual - planned) / planned if planned else float("nan")
                at = " → ".join(key[:-1])
                rows.append((measure, at, key[-1], period, planned, actual, actual - planned, share, known))
    return framed(rows, DEVIATIONS, DEVIATIONS[4:8])


def cause_frame(caused: Iterable[Caused]) -> pd.DataFrame:
    """A row for every part of every deviation; the parts of one add up to it."""
    rows = []
    for one in caused:
        of = (
            one.measure,
            " → ".join(one.key[:-1]),
            one.key[-1],
            one.unit,
            one.planned,
            one.actual,
            one.deviation,
        )
        rows += [(*of, part.cause, part.at, part.amount) for part in one.parts]
    return framed(rows, CAUSES, ("planned", "actual", "deviation", "amount"))


def period_frame(case: Case, actuals: Actuals) -> pd.DataFrame:
    """Which periods are closed by the files, which in part, and which are open."""
    told = {
        month
        for record in actuals.all
        if record.measure != "stock"
        for month in months_of(record.start, record.end)
    }
    rows = []
    for period in case.periods:
        months = months_of(period.start, period.end)
        reported = sum(month in told for month in months)
        closed = actuals.cut is not None and period.end <= actuals.cut
        state = "closed" if closed else "partly" if reported else "open"
        rows.append(
            (period.name, period.start.isoformat(), period.end.isoformat(), state, len(months), reported)
        )
    return framed(rows, PERIODS, (), ("months", "months_reported"))


def stock_frame(happened: Happened, places: Places, periods: list[Period]) -> pd.DataFrame:
    """Opening + in − out of every site and material, beside what was measured."""
    book = happened.book
    nodes: dict[tuple[str, str], None] = {}
    for row in places.case.opening_stock:
        nodes[places.storages[row.storage].site, row.material] = None
    for measure in book.amounts:
        for key in book.keys(measure):
            nodes[places.site_of(measure, key), key[-1]] = None
            if measure == "shipped":
                nodes[key[1], key[-1]] = None
    return framed([_stock_row(happened, places, periods, node) for node in nodes], STOCKS, STOCKS[2:])


def _stock_row(
    happened: Happened, places: Places, periods: list[Period], node: tuple[str, str]
) -> tuple[object, ...]:
    (site, material), book = node, happened.book

    def at(measure: str, end: int | None = None) -> float:
        keys = [
            key
            for key in book.keys(measure, material)
            if (places.site_of(measure, key) if end is None else key[end]) == site
        ]
        return sum(book.total(measure, key) for key in keys)

    opening = sum(
        row.amount_t
        for row in places.case.opening_stock
        if (places.storages[row.storage].site, row.material) == node
    )
    left = opening + sum(left_at(book, places, site, material, period.name) for period in periods)
    here = [t for (s, m), t in happened.measured.items() if m == material and places.storages[s].site == site]
    measured = sum(here) if here else float("nan")
    ins = (opening, at("arising"), at("shipped", 1), at("made"))
    outs = (at("shipped", 0), at("fed"), at("sold"), at("placed"))
    return (*node, *ins, *outs, left, measured, measured - left)


# ---- sentences


def lines(
    actuals: Actuals,
    caused: list[Caused],
    frames: dict[str, pd.DataFrame],
    happened: Happened,
    places: Places,
) -> Iterator[Message]:
    """What is said, the weightiest first within each measure."""
    if actuals.made_up:
        yield Message("actuals.made_up", {"files": actuals.made_up})
    yield from _periods(frames["periods"])
    for measure in ORDER:
        yield from _measure(measure, [one for one in caused if one.measure == measure])
    names = ("site", "material", "left_t", "measured_t", "difference_t")
    for site, material, left, measured, difference in picked(frames, "stocks", *names):
        if abs(difference) > 0.5:  # not so where nothing was measured
            values = {"site": site, "material": material}
            amounts = {"left": Tonnes(left), "measured": Tonnes(measured)}
            yield Message("actuals.measured", values | amounts | {"difference": _signed(difference, "t")})
    for one in caused:
        reported = (one.measure, one.key) in happened.reported
        if reported and looks_wet(one, places.wet_per_dry[one.key[-1]]):
            values = {
                "what": Message(f"actuals.measure_{one.measure}"),
                "at": one.key[0],
                "material": one.key[-1],
            }
            yield Message("actuals.looks_wet", values)
    yield from happened.remarks


def looks_wet(one: Caused, wet_per_dry: float) -> bool:
    """Whether what was told as dry tonnes is what the plan has in wet ones, of something moist."""
    if one.unit != "t" or one.planned <= 0 or wet_per_dry < MOIST:
        return False
    return abs(one.actual / one.planned / wet_per_dry - 1) < ALIKE


def _periods(frame: pd.DataFrame) -> Iterator[Message]:
    for state in ("closed", "partly"):
        names = tuple(frame.loc[frame["state"] == state, "period"])
        if names:
            yield Message(f"actuals.periods_{state}", {"periods": names})


def _measure(measure: str, caused: list[Caused]) -> Iterator[Message]:
    """The sum of a measure, then its greatest deviations with their causes."""
    if not caused:
        return
    planned, actual = sum(one.planned for one in caused), sum(one.actual for one in caused)
    unit = caused[0].unit
    values: dict[str, object] = {
        "what": Message(f"actuals.measure_{measure}"),
        "actual": _amount(actual, unit),
        "planned": _amount(planned, unit),
    }
    yield Message("actuals.sum", values | {"change": _change(planned, actual, unit)})
    large = [one for one in caused if abs(one.deviation) > max(SMALL_SHARE * abs(one.planned), 0.5)]
    for one in sorted(large, key=lambda one: -abs(one.deviation))[:TOLD]:
        start, *ends, material = one.key
        at: object = Message("actuals.between", {"a": start, "b": ends[0]}) if ends else start
        causes = tuple(_cause(part, unit) for part in _largest(one.parts))
        values = {"at": at, "material": material, "deviation": _signed(one.deviation, unit)}
        if [part.cause for part in one.parts] == ["arising"]:  # that is what it is, and no cause of it
            yield Message("actuals.deviates", values)
        else:
            yield Message("actuals.deviates_for", values | {"causes": causes})


def _largest(parts: tuple[Part, ...]) -> list[Part]:
    ranked = sorted((part for part in parts if abs(part.amount) > 0.5), key=lambda part: -abs(part.amount))
    return ranked[:CAUSES_TOLD]


def _cause(part: Part, unit: str) -> Message:
    key = f"actuals.cause_{part.cause}"
    return Message("actuals.cause", {
        "cause": Message(key, {"at": part.at}), "amount": _signed(part.amount, unit),
    })  # fmt: skip


def _change(planned: float, actual: float, unit: str) -> Message:
    if not planned:
        return Message("actuals.not_planned")
    share = f"{100 * (actual / planned - 1):+.1f}".replace("-", "−")
    values = {"deviation": _signed(actual - planned, unit), "share": share}
    return Message("actuals.change", values)


def _amount(value: float, unit: str) -> object:
    if unit == "CNY":
        return Money(value)
    return Message("actuals.wet", {"tonnes": Tonnes(value)}) if unit == "t wet" else Tonnes(value)


def _signed(value: float, unit: str) -> Message:
    """An amount with its sign written out."""
    key = "actuals.more" if value > 0 else "actuals.less" if value < 0 else "actuals.same"
    return Message(key, {"amount": _amount(abs(value), unit)})


def explained(
    name: str,
    actuals: Actuals,
    caused: list[Caused],
    frames: dict[str, pd.DataFrame],
    happened: Happened,
    places: Places,
    start: date,
) -> Explanation:
    """The answer to: what happened otherwise than planned, and why."""
    assert actuals.cut is not None
    values = {"run": name, "start": start, "end": actuals.cut - timedelta(days=1)}
    told = tuple(lines(actuals, caused, frames, happened, places))
    return Explanation("actuals", Message("actuals.heading", values), told, frames)
