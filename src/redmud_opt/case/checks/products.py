"""Products made from waste, of any generation: a new label neither treats a waste nor uses it."""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.faults import Fault
from redmud_opt.case.things import Tier
from redmud_opt.case.works import Feed, FixedInput, Outlet, Output
from redmud_opt.i18n import Message


def products_not_treated(facts: Facts) -> Iterator[Fault]:
    """A product made from waste enters no disposal and no pretreatment, neither as a feed nor as a fixed input."""
    said = {"disposal": "product_to_disposal_step", "pretreatment": "product_to_pretreatment_step"}
    goods = facts.goods_from_waste
    rows: list[Feed | FixedInput] = [*facts.case.feeds, *facts.case.inputs]
    for row in rows:
        process = facts.sound.get(row.process)
        held = tuple(m for m in facts.case.members(row.material) if m in goods)
        idle = [] if process is None else [said[m] for m in said if m in facts.meanings(process.method)]
        if process is not None and held and idle:
            values = {"materials": held, "process": process.name, "method": process.method}
            remedy = Message("case.product_is_waste")
            yield facts.fault(row, "material", idle[0], remedy, **values)


def products_stay_products(facts: Facts) -> Iterator[Fault]:
    """What takes a product made from waste makes no waste: it would be a waste without origin."""
    goods = facts.goods_from_waste
    found: dict[int, tuple[Output, set[str]]] = {}
    for name in facts.sound:
        for point in facts.points[name]:
            for fed in facts.feed_materials[name] or ("",):
                if fed and facts.feed_of(name, point, fed) is None:
                    continue
                taken = {fed, *facts.effective(facts.inputs.get(name, ()), point, fed)} & goods
                for row in facts.effective(facts.outputs.get(name, ()), point, fed).values():
                    if taken and facts.is_waste(row.material) and row.yield_t_per_t != 0:
                        found.setdefault(id(row), (row, set()))[1].update(taken)
    for row, products in found.values():
        values = {"material": row.material, "process": row.process, "products": tuple(sorted(products))}
        remedy = Message("case.product_is_waste")
        yield facts.fault(row, "material", "waste_from_product", remedy, **values)


def products_not_paid_away(facts: Facts) -> Iterator[Fault]:
    """Nobody is paid for taking a product made from waste: what costs money to be rid of is a waste."""
    goods = facts.goods_from_waste
    remedy = Message("case.product_is_waste")
    for outlet in facts.case.outlets:
        held = tuple(m for m in facts.case.members(outlet.material) if m in goods)
        tiers: list[Tier | Outlet] = [tier for tier in facts.case.tiers if tier.item == outlet.name]
        for row in (tiers or [outlet]) if held else ():
            if row.price_cny_per_t < 0:
                values = {"materials": held, "outlet": outlet.name, "price": row.price_cny_per_t}
                yield facts.fault(row, "price_cny_per_t", "product_paid_away", remedy, **values)
