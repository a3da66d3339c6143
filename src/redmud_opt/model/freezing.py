"""What is done stays: in frozen periods every decision keeps its value in the baseline.

    v − ε ≤ x ≤ v + ε,   ε = 5e-7 · max(1, v)        amounts that are not zero, [unit of the column]
    x = v                                            zeros and whole numbers

per column of a frozen period, matched by its labels; what the columns lead to (tiers, totals, value) follows. The
band leaves room for the solver's own tolerance: a baseline holds its rows to about 1e-7 of their scale, and is read
back from disk without what was too small to show. A switch (`on`, `used`, hours) that the baseline did not have is
free where its line or lane carries something: it follows from the tonnes.

What cannot stay is said, not repaired: acts for which the case has no column or too low a bound, and rows that the
frozen values break by themselves. MODEL.md rule 9; docs/decisions.md Planning again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.i18n import Message
from redmud_opt.model.arrays import Columns, Rows, StandardForm, compile
from redmud_opt.network import Network
from redmud_opt.network.before import Before, Key
from redmud_opt.network.network import Array, Mask

BAND = 5e-7
"""Part of an amount by which a frozen one may differ from the baseline: half of what the audit allows.

At 1e-7, the width of its own tolerance, the solver called one in thirty random cases infeasible, although its
baseline held every row.
"""

TOLERANCE = 1e-6
"""Part of the scale of a row by which frozen values may miss it and still count as holding it."""

MOST = 20
"""Contradictions that are told one by one."""


@dataclass(frozen=True)
class Decision:
    """A family of columns and where a plan states it: table, column (blank: being there counts 1), labels, kinds."""

    columns: str
    frame: str
    value: str
    keys: Key
    kinds: Key = ()


STORED = ("storage", "stream", "period")

AMOUNTS = (
    Decision("flow_t", "flows", "flow_t", ("lane", "stream", "period")),
    Decision("feed_t", "feeds", "feed_t", ("line", "process", "point", "stream", "period")),
    Decision("stock_t", "stocks", "stock_t", STORED),
    Decision("put_t", "stocks", "put_t", STORED),
    Decision("reclaim_t", "stocks", "reclaimed_t", STORED),
    Decision("placed_t", "placements", "placed_t", STORED),
    Decision("sold_t", "sales", "sold", ("outlet", "stream", "period")),
    Decision("bought_t", "purchases", "bought", ("supply", "site", "period")),
    Decision("build", "builds", "units", ("line", "period")),
    Decision("close", "closings", "units", ("line", "decided", "period")),
    Decision("opening", "openings", "", ("lane", "period")),
    Decision("applied_t", "reductions", "applied_t", ("option", "period")),
    Decision("adopt", "reductions", "adopted", ("option", "period")),
)
OF_YARDS = (
    Decision("yard_step", "yard_events", "", ("item", "period"), ("raise", "new_yard")),
    Decision("yard_close", "yard_events", "", ("storage", "period"), ("closure",)),
    Decision("measure", "yard_events", "", ("item", "period"), ("measure",)),
)
"""Not missed where the case has no column for them: a closing may fall on a day of its own."""
SIZES = Decision("size", "builds", "size", ("line", "period"))
SWITCHES = (
    Decision("on", "running", "on", ("line", "period")),
    Decision("run_h", "running", "run_h", ("line", "period")),
    Decision("used", "used", "", ("kind", "item", "period")),
)
LOADS = (("feeds", "line"), ("running", "line"), ("flows", "lane"), ("sales", "outlet"))
"""Tables of what lines, lanes and outlets carry, and of lines that run."""


def add_freezing(m: ConcreteModel, net: Network) -> None:
    """Bounds in frozen periods; `m.frozen` says which columns, `m.cannot_stay` what of the baseline cannot stay."""
    m.frozen, m.cannot_stay = {}, ()
    if net.before is None or not net.before.frozen.any():
        return
    loaded = _loaded(net.before)
    for decision in (*AMOUNTS, *OF_YARDS, SIZES, *SWITCHES):
        free = loaded if decision in SWITCHES else frozenset()
        _freeze(m, net, net.before, decision, free)


def _loaded(before: Before) -> frozenset[Key]:
    """(thing, period) of everything that carries something in the baseline."""
    return frozenset(
        (str(row[thing]), str(row["period"])) for frame, thing in LOADS for row in before.rows(frame)
    )


def _freeze(m: ConcreteModel, net: Network, before: Before, decision: Decision, free: frozenset[Key]) -> None:
    columns: Columns = m.component(decision.columns)
    periods = {name for name, stays in zip(net.time.names, before.frozen, strict=True) if stays}
    frozen = np.array([label in periods for label in columns.index.labels("period")], dtype=bool)
    stated = before.amounts(decision.frame, decision.value, decision.keys, decision.kinds)
    unmatched = {key: v for key, v in stated.items() if key[-1] in periods and v > TOLERANCE}
    for k in np.flatnonzero(frozen).tolist():
        key = _labels(columns.index.key(k))
        unmatched.pop(key, None)
        if key not in stated and key[-2:] in free:
            frozen[k] = False
            continue
        _hold(m, columns, k, decision, key, stated.get(key, 0.0))
    m.frozen[decision.columns] = frozen
    if decision in AMOUNTS:  # a size follows from what is built, a switch from its load
        gone = [_cannot(decision, key, value, "frozen_without_way") for key, value in unmatched.items()]
        m.cannot_stay = (*m.cannot_stay, *gone)


def _labels(key: Any) -> Key:
    """The labels of a column or row as plain text."""
    return tuple(str(label) for label in (key if isinstance(key, tuple) else (key,)) if label is not None)


def _hold(m: ConcreteModel, columns: Columns, k: int, decision: Decision, key: Key, value: float) -> None:
    """Bounds of one column, or a word on why its value cannot stay."""
    most = float(columns.upper_bound[k])
    if value > most + TOLERANCE * max(1.0, most):
        m.cannot_stay = (*m.cannot_stay, _cannot(decision, key, value, "frozen_above", most=most))
    if columns.integer_mask[k]:
        columns.lower_bound[k] = columns.upper_bound[k] = round(value)
        return
    band = BAND * max(1.0, value) if value else 0.0
    columns.lower_bound[k], columns.upper_bound[k] = max(0.0, value - band), value + band


def _cannot(decision: Decision, key: Key, value: float, why: str, **values: object) -> Message:
    told = {"what": Message(f"model.act_{decision.columns}"), "where": tuple(filter(None, key))}
    return Message(f"model.{why}", {**told, "amount": value, **values})


def frozen_mask(m: ConcreteModel, columns: Columns) -> Mask:
    """Which columns of a family stay as they are."""
    found = m.frozen.get(columns.name)
    return np.zeros(len(columns), dtype=bool) if found is None else found


# ---------------------------------------------------------------- what stands against it


def standing_against(m: ConcreteModel) -> tuple[Message, ...]:
    """What in the case contradicts the frozen periods or the change limits by itself, without a solve."""
    if not m.frozen and not len(m.change_limit):
        return ()
    found = m.cannot_stay or tuple(_broken_rows(m, compile(m)))
    more = (Message("model.more_stand_against", {"count": len(found) - MOST}),) if len(found) > MOST else ()
    return (*found[:MOST], *more)


def _broken_rows(m: ConcreteModel, form: StandardForm) -> Iterator[Message]:
    """Rows of frozen columns (and change limits) that no values within the bounds of their columns can meet."""
    matrix = form.matrix.tocsr()
    up, down = matrix.maximum(0), matrix.minimum(0)
    least, greatest = form.col_lower, form.col_upper
    low = _times(up, least) + _times(down, greatest)
    high = _times(up, greatest) + _times(down, least)
    asked = _asked(m, form)
    scale = np.maximum(1.0, abs(matrix) @ np.where(np.isfinite(greatest), np.abs(greatest), 0.0))
    above, below = low - form.row_upper, form.row_lower - high
    off = np.maximum(above, below)
    for row in np.flatnonzero((asked > 0) & (off > TOLERANCE * scale)).tolist():
        digits = 5 - int(np.floor(np.log10(scale[row])))  # the band is nothing to tell of
        amount = round(float(low[row] if above[row] > 0 else high[row]), digits)
        yield _broken(m, form, row, amount, bool(above[row] > 0))


def _times(matrix: Any, values: Array) -> Array:
    with np.errstate(invalid="ignore"):
        return np.asarray(matrix @ values, dtype=np.float64)


def _asked(m: ConcreteModel, form: StandardForm) -> Array:
    """Rows that hold a frozen column, and change limits, [rows] > 0."""
    frozen = np.zeros(len(form.cost))
    for (name, start, stop), source in zip(form.column_blocks, form.column_sources, strict=True):
        if isinstance(source.component, Columns) and name in m.frozen:
            positions = np.arange(stop - start) if source.positions is None else source.positions
            frozen[start:stop] = m.frozen[name][positions]
    found = np.asarray(abs(form.matrix) @ frozen, dtype=np.float64)
    for name, start, stop in form.row_blocks:
        if name == "change_limit":
            found[start:stop] = 1.0
    return found


def _broken(m: ConcreteModel, form: StandardForm, row: int, amount: float, above: bool) -> Message:
    name, start, _ = next(block for block in form.row_blocks if block[1] <= row < block[2])
    rows: Rows = m.component(name)
    key = rows.index.key(row - start)
    limit = form.row_upper[row] if above else form.row_lower[row]
    values = {
        "rule": Message(str(rows.tags["message"])),
        "where": tuple(filter(None, _labels(key))),
        "amount": amount,
        "limit": float(limit),
        "off": abs(amount - float(limit)),
    }
    return Message("model.frozen_at_least" if above else "model.frozen_at_most", values)
