"""Processes: shares that sum, yields that are stated once, and the mass balance of what takes a waste."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.faults import Fault
from redmud_opt.case.works import Feed, Output, Process
from redmud_opt.i18n import Message

SLACK = 1e-9
CLOSES_WITHIN = 1e-4
"""Tonnes per tonne fed by which a mass balance may miss, for rounded yields."""


def shares_sum(facts: Facts) -> Iterator[Fault]:
    """Least shares of a blend sum to at most 1, greatest shares to at least 1."""
    for name, process in facts.sound.items():
        for point in facts.points[name]:
            rows: dict[str, Feed] = {}
            for row in facts.feeds.get(name, ()):
                if row.point == point or (row.point == "" and row.material not in rows):
                    rows[row.material] = row
            least, most = (
                sum(getattr(row, f"{end}_share") for row in rows.values()) for end in ("min", "max")
            )
            at = at_point(name, point)
            if least > 1 + SLACK:
                yield facts.fault(process, "name", "min_shares_above_one", at=at, total=least)
            if rows and most < 1 - SLACK:
                yield facts.fault(process, "name", "max_shares_below_one", at=at, total=most)
    for row in facts.case.feeds:
        if row.min_share > row.max_share:
            yield facts.fault(row, "min_share", "min_above_max", low=row.min_share, high=row.max_share)


def at_point(process: str, point: str) -> Message:
    """A process, at a point where it has some."""
    return Message("case.at_process" if not point else "case.at_point", {"process": process, "point": point})


def outputs_stated_once(facts: Facts) -> Iterator[Fault]:
    """A yield is stated, or follows from a recovery, or is the complement: exactly one of them."""
    for row in facts.case.outputs:
        stated = [row.yield_t_per_t is not None, row.recovery is not None, row.complement]
        if sum(stated) != 1:
            yield facts.fault(
                row, "yield_t_per_t", "one_way_to_yield", material=row.material, count=sum(stated)
            )
        if row.recovery is not None:
            for column in ("property", "grade"):
                if not getattr(row, column):
                    yield facts.fault(row, column, "recovery_needs", column=column)
        elif row.property or row.grade is not None:
            yield facts.fault(row, "property" if row.property else "grade", "without_recovery")
        recipe = row.process in facts.sound and not facts.feeds.get(row.process)
        if recipe and (row.complement or row.recovery is not None or row.of_feed_t_per_t is not None):
            yield facts.fault(row, "process", "recipe_has_no_feed", process=row.process)


def one_complement(facts: Facts) -> Iterator[Fault]:
    """At most one output is what the others leave."""
    for process, point, material in facts.runs():
        found = facts.effective(facts.outputs.get(process.name, ()), point, material).values()
        rest = [row for row in found if row.complement]
        if len(rest) > 1:
            values = {
                "at": at_point(process.name, point),
                "feed": material,
                "names": tuple(row.material for row in rest),
            }
            yield facts.fault(rest[1], "complement", "two_complements", None, **values)


def ambiguous_groups(facts: Facts) -> Iterator[Fault]:
    """Of two groups that hold the same feed, neither is more specific."""
    for table, column in (
        ("feeds", "material"),
        ("outputs", "feed"),
        ("inputs", "feed"),
        ("line_processes", "feed"),
    ):
        seen: dict[tuple[str, ...], tuple[str, str]] = {}
        for row in facts.draft.rows(table):
            selector = getattr(row, column)
            if selector not in facts.case.groups_by_name:
                continue
            rest = "" if table == "feeds" else row.line if table == "line_processes" else row.material
            for material in facts.case.members(selector):
                key = (row.process, row.point, rest, material)
                other, exact = seen.setdefault(key, (selector, material))
                if other != selector:
                    values = {"group": selector, "other": other, "material": exact}
                    yield facts.fault(row, column, "two_groups", None, **values)
                    break


def inputs_without_origin(facts: Facts) -> Iterator[Fault]:
    """Wastes and their residues enter a process as feeds, never as fixed inputs."""
    for row in facts.case.inputs:
        if facts.is_waste(row.material):
            yield facts.fault(
                row, "material", "waste_as_input", Message("case.list_as_feed"), material=row.material
            )


@dataclass(frozen=True, slots=True)
class Balance:
    """Tonnes per tonne fed: what goes in and what comes out."""

    inputs: float
    uptake: float
    outputs: float
    gas: float
    loss: float

    @property
    def miss(self) -> float:
        """In minus out."""
        return 1 + self.inputs + self.uptake - self.outputs - self.gas - self.loss


def _own(feed: float | None, process: float) -> float:
    return process if feed is None else feed


def _yield(facts: Facts, row: Output, material: str) -> float | None:
    """The yield of an output that is no complement; None where it rests on an unknown composition."""
    if row.yield_t_per_t is not None:
        return row.yield_t_per_t
    value = facts.assays.get((material, row.property))
    return (
        None if value is None or not row.grade or row.recovery is None else row.recovery * value / row.grade
    )


def _solids(facts: Facts, rows: dict[str, Output], material: str) -> tuple[float, float, bool] | None:
    """(tonnes of the outputs but the complement, of which from the feed, whether there is a complement)."""
    total, of_feed, rest = 0.0, 0.0, False
    for row in rows.values():
        if row.complement:
            rest = True
            continue
        made = _yield(facts, row, material)
        if made is None:
            return None
        if facts.in_tonnes(row.material):
            total += made
            of_feed += made if row.of_feed_t_per_t is None else row.of_feed_t_per_t
    return total, of_feed, rest


def balance(facts: Facts, process: Process, point: str, material: str) -> tuple[Balance, float] | None:
    """The mass balance of a feed at a point and the tonnes that its complement would be; None where unknown."""
    feed = facts.feed_of(process.name, point, material)
    solids = _solids(facts, facts.effective(facts.outputs.get(process.name, ()), point, material), material)
    if feed is None or solids is None:
        return None
    total, of_feed, rest = solids
    gas, loss = _own(feed.gas_t_per_t, process.gas_t_per_t), _own(feed.loss_t_per_t, process.loss_t_per_t)
    left = 1 - of_feed - gas - loss
    taken = facts.effective(facts.inputs.get(process.name, ()), point, material)
    inputs = sum(row.amount_per_t for row in taken.values() if row.solid and facts.in_tonnes(row.material))
    uptake = _own(feed.uptake_t_per_t, process.uptake_t_per_t)
    return Balance(inputs, uptake, total + (left if rest else 0.0), gas, loss), left if rest else 0.0


def mass_closes(facts: Facts) -> Iterator[Fault]:
    """1 + solid inputs + uptake = yields + gas + loss, for every feed in tonnes of a process that takes a waste."""
    taking = {name for name, fed in facts.feed_materials.items() if any(map(facts.is_waste, fed))}
    missed: dict[tuple[str, str, Balance], list[str]] = defaultdict(list)
    for process, point, material in facts.runs():
        judged = process.name in taking and facts.in_tonnes(material)
        found = balance(facts, process, point, material) if judged else None
        if found is not None and found[1] >= -SLACK and abs(found[0].miss) > CLOSES_WITHIN:
            missed[(process.name, point, found[0])].append(material)
    for (name, point, held), materials in missed.items():
        values = {
            "at": at_point(name, point),
            "feeds": tuple(materials),
            "into": 1 + held.inputs + held.uptake,
            "inputs": held.inputs,
            "uptake": held.uptake,
            "out": held.outputs + held.gas + held.loss,
            "outputs": held.outputs,
            "gas": held.gas,
            "loss": held.loss,
        }
        key = "case.close_by_output" if held.miss > 0 else "case.close_by_input"
        yield facts.fault(
            facts.processes[name], "", "does_not_close", Message(key, {"miss": abs(held.miss)}), **values
        )


def parts_of_feed(facts: Facts) -> Iterator[Fault]:
    """The outputs hold no more of the feed than there is; nor does an output hold more of it than its own mass."""
    for row in facts.case.outputs:
        held, made = row.of_feed_t_per_t, row.yield_t_per_t
        if held is not None and made is not None and held > made + SLACK:
            yield facts.fault(row, "of_feed_t_per_t", "of_feed_above_yield", None, of_feed=held, made=made)
    for process, point, material in facts.runs():
        rows = facts.effective(facts.outputs.get(process.name, ()), point, material)
        found = balance(facts, process, point, material)
        if found is not None and found[1] < -SLACK:
            rest = next(row for row in rows.values() if row.complement)
            values = {"at": at_point(process.name, point), "feed": material, "left": found[1]}
            yield facts.fault(rest, "complement", "complement_negative", None, **values)


def feed_is_shared_out(facts: Facts) -> Iterator[Fault]:
    """Where parts of a feed are stated, they make up the feed: Σ of_feed + gas + loss = 1 t per tonne fed.

    A balance that does not close and a part above its yield are said elsewhere; a complement takes the rest.
    """
    for row in facts.case.outputs:
        if row.of_feed_t_per_t and row.material in facts.materials and not facts.in_tonnes(row.material):
            yield facts.fault(row, "of_feed_t_per_t", "of_feed_no_mass", None, material=row.material)
    missed: dict[tuple[int, str, float], tuple[Output, list[str]]] = {}
    for process, point, material in facts.runs():
        rows = facts.effective(facts.outputs.get(process.name, ()), point, material)
        stated = [row for row in rows.values() if row.of_feed_t_per_t is not None]
        found = balance(facts, process, point, material)
        if (
            not stated
            or found is None
            or not facts.in_tonnes(material)
            or _said(facts, rows, found[0], process)
        ):
            continue
        parts = _solids(facts, rows, material)
        total = 0.0 if parts is None else parts[1] + found[0].gas + found[0].loss
        if parts is not None and not parts[2] and abs(total - 1) > CLOSES_WITHIN:
            at = (id(stated[0]), point, round(total, 6))
            missed.setdefault(at, (stated[0], []))[1].append(material)
    for (_, point, total), (row, materials) in missed.items():
        values = {"at": at_point(row.process, point), "feeds": tuple(materials), "total": total}
        remedy = Message("case.share_out_feed")
        yield facts.fault(row, "of_feed_t_per_t", "of_feed_not_whole", remedy, **values)


def _said(facts: Facts, rows: dict[str, Output], held: Balance, process: Process) -> bool:
    """Whether the mass of a feed is wrong in a way that other checks name."""
    judged = any(map(facts.is_waste, facts.feed_materials[process.name]))
    above = any(
        row.of_feed_t_per_t is not None
        and row.yield_t_per_t is not None
        and row.of_feed_t_per_t > row.yield_t_per_t + SLACK
        for row in rows.values()
    )
    return above or (judged and abs(held.miss) > CLOSES_WITHIN)


def recovery_has_assay(facts: Facts) -> Iterator[Fault]:
    """A yield that rests on the composition of a feed needs that composition (residues get theirs on the way)."""
    missing: dict[tuple[int, str], tuple[Output, list[str]]] = {}
    for process, point, material in facts.runs():
        for row in facts.effective(facts.outputs.get(process.name, ()), point, material).values():
            known = (
                material,
                row.property,
            ) in facts.assays or material in facts.derived | facts.unsure_assays
            if row.recovery is not None and row.property and not known:
                missing.setdefault((id(row), row.property), (row, []))[1].append(material)
    for (_, name), (row, materials) in missing.items():
        names = tuple(dict.fromkeys(materials))
        yield facts.fault(row, "property", "no_assay", None, property=name, materials=names)
