"""Wishes: a decision pinned to what somebody wants, and what that costs.

    pins = [parse_pin("press_2=built", base), parse_pin("builders@2028>=5000", base)]
    found = pinned(base, pins)                     Wished(pin or all of them, cost, answer)

    THING=built | never | closed | open            an investment, at some time; in a year: THING@YEAR=built
    THING>=TONNES, THING<=TONNES, THING=TONNES     what a line, lane, outlet, storage, supply or contract takes,
                                                   dry tonnes over the horizon; in a year: THING@YEAR>=TONNES
    builds=frozen, contracts=frozen                every investment, every contract's tonnes by year: as in the plan

    cost = best value − best value with the pins ≥ 0, an interval                                     [CNY]

A pin that the law forbids is answered with the clause, one for which there is no plan with what stands in the way:
the most that is possible, and what would have to give way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from redmud_opt.case import CaseFaults, Fault
from redmud_opt.case.names import did_you_mean
from redmud_opt.i18n import Message, Tonnes
from redmud_opt.model.arrays import Columns, Objective
from redmud_opt.model.value import set_goal
from redmud_opt.network import Network
from redmud_opt.study.asking import Answer, Base, Interval, columns_of, cost_of
from redmud_opt.study.choices import (
    AMOUNTS,
    INVESTMENTS,
    Part,
    changed,
    contract,
    cost_words,
    demanded,
    first_labels,
    put_in,
    total,
    units,
)
from redmud_opt.study.explanation import Explanation
from redmud_opt.study.inway import in_the_way
from redmud_opt.study.keptout import kept_out
from redmud_opt.study.things import thing_of

WORDS = {"built": 1.0, "never": 0.0, "closed": 1.0, "open": 0.0}
"""What may be wished of an investment, and its units."""

CLOSING = ("close", "yard_close")
"""Families of investments that end something."""

FREEZES = ("builds", "contracts")
FROZEN = "frozen"

SHAPE = re.compile(r"(?P<thing>.+?)(?:@(?P<year>\d{4}))?\s*(?P<sign>>=|<=|=)\s*(?P<value>\S.*)", re.DOTALL)

BAND = 1e-6
"""Part of an amount by which a frozen one may differ."""


@dataclass(frozen=True)
class Pin:
    """A wish: least ≤ Σ columns ≤ most over the families of a thing, in a year or over the horizon; or a freeze."""

    words: str
    thing: str
    year: int | None
    families: tuple[tuple[str, str], ...]
    least: float = -np.inf
    most: float = np.inf
    freezes: str = ""

    def parts(self, model: ConcreteModel, network: Network) -> list[Part]:
        """Its columns."""
        found = []
        for family, thing in self.families:
            columns: Columns = model.component(family)
            own = first_labels(columns) == thing
            if self.year is not None and len(columns):
                names = {
                    name
                    for name, year in zip(network.time.names, network.time.year, strict=True)
                    if year == self.year
                }
                own &= np.isin(columns.index.labels("period"), list(names))
            if own.any():
                found.append((columns, np.flatnonzero(own)))
        return found

    def apply(self, model: ConcreteModel, network: Network, stack: ExitStack) -> None:
        """Holds a model to it, until the stack is closed."""
        parts = self.parts(model, network)
        if self.most <= 0.0:
            for columns, at in parts:
                columns.upper_bound[at] = 0.0
        else:
            stack.enter_context(demanded(model, parts, self.least, self.most))


@dataclass(frozen=True)
class Wished:
    """What pins come to. cost: what they cost at least and at most; why: what stands in the way of them."""

    pins: tuple[Pin, ...]
    cost: Interval
    answer: Answer
    why: tuple[Message, ...] = ()
    instead: tuple[Message, ...] = ()

    @property
    def words(self) -> Message:
        """What it costs."""
        return cost_words(self.cost, self.answer)


# ---- what is wished ---------------------------------------------------------------------------------------------


def parse_pins(given: Sequence[str], base: Base) -> list[Pin]:
    """All pins. Raises CaseFaults with everything that cannot be understood."""
    found: list[Pin] = []
    faults: list[Fault] = []
    for words in given:
        try:
            found += [parse_pin(words, base)]
        except CaseFaults as error:
            faults += error.faults
    if faults:
        raise CaseFaults(faults)
    return found


def parse_pin(words: str, base: Base) -> Pin:
    """A pin. Raises CaseFaults where it cannot be understood."""
    shape = SHAPE.fullmatch(words.strip())
    if shape is None:
        raise _fault("pin_shape", words)
    thing, value = shape["thing"].strip(), shape["value"].strip()
    year = int(shape["year"]) if shape["year"] else None
    if year is not None and year not in base.network.time.years:
        raise _fault("pin_year", words, years=tuple(int(y) for y in base.network.time.years))
    if thing in FREEZES and value == FROZEN and shape["sign"] == "=":
        return Pin(words, thing, year, (), freezes=thing)
    _known(words, thing, base)
    if value in WORDS and shape["sign"] == "=":
        return _investment(words, thing, year, value, base)
    return _amount(words, thing, year, shape["sign"], value, base)


def _known(words: str, thing: str, base: Base) -> None:
    names = _names(base)
    if thing not in names:
        raise _fault("pin_unknown", words, did_you_mean(thing, sorted(names)), name=thing)


def _names(base: Base) -> set[str]:
    """Everything that a pin may speak of: what the case has, and what the model made (lanes of haul rules)."""
    case = base.case
    found = {row.name for row in case.lines} | {row.name for row in case.lanes}
    found |= {row.name for row in case.outlets} | {row.name for row in case.storages}
    found |= {row.name for row in case.supplies} | {row.name for row in case.contracts}
    for family in (*INVESTMENTS, *AMOUNTS):
        found |= set(first_labels(base.model.component(family)).tolist())
    return found


def _investment(words: str, thing: str, year: int | None, value: str, base: Base) -> Pin:
    closing = value in ("closed", "open")
    families = tuple(
        (family, thing)
        for family in INVESTMENTS
        if (family in CLOSING) == closing and thing in first_labels(base.model.component(family))
    )
    if not families:
        raise _fault("pin_not_closable" if closing else "pin_not_candidate", words, name=thing)
    return (
        Pin(words, thing, year, families, least=1.0)
        if WORDS[value]
        else Pin(words, thing, year, families, most=0.0)
    )


def _amount(words: str, thing: str, year: int | None, sign: str, value: str, base: Base) -> Pin:
    try:
        amount = float(value.replace(",", ""))
    except ValueError:
        raise _fault("pin_value", words, value=value) from None
    if not 0.0 <= amount < np.inf:
        raise _fault("pin_value", words, value=value)
    if any(row.name == thing for row in base.case.contracts):
        families = contract(base.network, thing).families
    else:
        families = _taking(thing, base)
    if not families:
        raise _fault("pin_takes_nothing", words, name=thing)
    least = amount if sign in (">=", "=") else -np.inf
    return Pin(words, thing, year, families, least, amount if sign in ("<=", "=") else np.inf)


def _taking(thing: str, base: Base) -> tuple[tuple[str, str], ...]:
    """Families of columns of what a thing takes, by the tables of the case: there may be no such column."""
    case = base.case
    tables = {
        "line": {row.name for row in case.lines},
        "lane": {row.name for row in case.lanes} | set(base.network.routes.lanes),
        "outlet": {row.name for row in case.outlets},
        "storage": {row.name for row in case.storages},
        "supply": {row.name for row in case.supplies},
    }
    return tuple((family, thing) for family, kind in AMOUNTS.items() if thing in tables[kind])


def _fault(key: str, words: str, remedy: Message | None = None, **values: object) -> CaseFaults:
    message = Message(f"choices.{key}", {"pin": words, **values})
    return CaseFaults([Fault("", 0, "", message, remedy or Message("choices.pin_remedy"))])


# ---- what it costs ----------------------------------------------------------------------------------------------


def pinned(base: Base, pins: Sequence[Pin], limit_s: float | None = None) -> Wished:
    """The best plan that grants all of these wishes, and what they cost."""
    before = units(base.model)
    with base.changed() as model, ExitStack() as stack:
        for pin in pins:
            _hold(base, model, pin, stack)
        answer = base.ask(model, "free", limit_s)
        instead = changed(before, units(model)) if answer.possible else ()
    if not answer.proved_impossible:
        return Wished(tuple(pins), cost_of(base.answer, answer), answer, (), instead)
    return Wished(tuple(pins), cost_of(base.answer, answer), answer, tuple(not_granted(base, pins)))


def _hold(base: Base, model: ConcreteModel, pin: Pin, stack: ExitStack) -> None:
    if pin.freezes == "builds":
        freeze_builds(base, model)
    elif pin.freezes == "contracts":
        _freeze_contracts(base, model, pin.year, stack)
    else:
        pin.apply(model, base.network, stack)


def freeze_builds(base: Base, model: ConcreteModel) -> int:
    """Every investment, sizes too, as the plan of the base has it; by its labels, so that it may be another model.

    How many could not be kept as they were.
    """
    missed = 0
    for family in (*INVESTMENTS, "size"):
        own: Columns = base.model.component(family)
        was = dict(zip(own.index.keys(), own.values_array.tolist(), strict=True))
        columns: Columns = model.component(family)
        keys = list(columns.index.keys())
        values = np.array([was.pop(key, 0.0) for key in keys], dtype=float)
        values = np.rint(values) if family != "size" else values
        missed += put_in(columns, np.arange(len(columns)), values)
        missed += sum(value > 0.5 for value in was.values())
    return missed


def _freeze_contracts(base: Base, model: ConcreteModel, year: int | None, stack: ExitStack) -> None:
    for row in base.case.contracts:
        families = contract(base.network, row.name).families
        for one in base.network.time.years if year is None else (year,):
            pin = Pin("", row.name, int(one), families)
            parts = pin.parts(model, base.network)
            amount = total(pin.parts(base.model, base.network))
            band = BAND * max(1.0, amount)
            if parts:
                stack.enter_context(demanded(model, parts, amount - band, amount + band))


# ---- what stands in the way -------------------------------------------------------------------------------------


def not_granted(base: Base, pins: Sequence[Pin]) -> Iterator[Message]:
    """Why there is no plan: rules that keep a thing out, the most that is possible, what would have to give way."""
    asking = [pin for pin in pins if pin.least > 0.0 and not pin.freezes]
    for thing in dict.fromkeys(name for pin in asking for _, name in pin.families):
        yield from kept_out(base.network, thing_of(base.network, base.model, thing))
    for pin in asking:
        yield from _most_possible(base, pin)
    with ExitStack() as stack:

        def hold(model: ConcreteModel) -> None:
            for pin in pins:
                _hold(base, model, pin, stack)

        yield from in_the_way(base, hold)


def _most_possible(base: Base, pin: Pin) -> Iterator[Message]:
    """The most that a thing can take without the wish, whole numbers aside."""
    with base.changed() as model:
        parts = pin.parts(model, base.network)
        if not parts:
            yield Message("choices.nothing_reaches", {"thing": pin.thing})
            return
        for columns in columns_of(model):
            columns.set_integer(False)
        model.del_component("objective")
        model.objective = Objective("maximise")
        for columns, at in parts:
            model.objective.add(columns, col=at)
        answer = base.ask(model, "free")
        set_goal(model, base.network, "value")
    invested = pin.families[0][0] in INVESTMENTS
    if answer.value_cny is not None and answer.value_cny < pin.least - 1e-6 * max(1.0, pin.least):
        if invested:
            yield Message("choices.no_units", {"thing": pin.thing})
        else:
            values = {"thing": pin.thing, "most": Tonnes(max(0.0, answer.value_cny))}
            yield Message("choices.most_possible", {**values, "asked": Tonnes(pin.least)})


# ---- in words ---------------------------------------------------------------------------------------------------


def explain_pins(base: Base, given: Sequence[str], limit_s: float | None = None) -> Explanation:
    """Every wish alone, and all together where each of several is possible.

    Raises CaseFaults for what is not understood.
    """
    pins = parse_pins(given, base)
    found = [pinned(base, [pin], limit_s) for pin in pins]
    if len(pins) > 1 and not any(wished.answer.proved_impossible for wished in found):
        found.append(pinned(base, pins, limit_s))
    lines = []
    for wished in found:
        lines.append(Message("choices.wish", {"what": _what(wished), "cost": wished.words}))
        if wished.instead:
            lines.append(Message("choices.then", {"items": wished.instead}))
        lines += [Message("choices.because", {"why": why}) for why in wished.why]
    heading = Message("choices.pins", {"count": len(pins)})
    return Explanation("pin", heading, tuple(lines), {"pins": _table(found)})


def _what(wished: Wished) -> Message:
    if len(wished.pins) > 1:
        return Message("choices.all_together")
    return Message("choices.pin", {"pin": wished.pins[0].words})


def _table(found: Sequence[Wished]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "pin": "; ".join(pin.words for pin in w.pins),
                "possible": w.answer.possible,
                "cost_least_cny": w.cost.least,
                "cost_most_cny": w.cost.most,
                "cost": w.words,
                "resolved": w.cost.resolved,
                "value_cny": np.nan if w.answer.value_cny is None else w.answer.value_cny,
                "stopped": w.answer.stopped,
                "seconds": w.answer.seconds.get("solve", 0.0),
            }
            for w in found
        ]
    )
