"""Elements: what is conserved is a share of dry mass, and no process hands out more of it than it takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.checks.processes import SLACK, at_point
from redmud_opt.case.faults import Fault
from redmud_opt.case.units import is_mass_fraction, unit_fault
from redmud_opt.case.works import Output, Partition
from redmud_opt.i18n import Message


def elements_are_mass(facts: Facts) -> Iterator[Fault]:
    """An element is a share of dry mass that averages by mass."""
    for row in facts.case.properties:
        if not row.element:
            continue
        values = {"property": row.name}
        if not is_mass_fraction(row.unit) and unit_fault(row.unit) is None:
            yield facts.fault(row, "unit", "element_unit", None, unit=row.unit, **values)
        if row.mixing != "blend":
            yield facts.fault(
                row, "mixing", "element_mixing", Message("case.write", {"text": "blend"}), **values
            )
        if row.basis != "dry":
            yield facts.fault(row, "basis", "element_basis", Message("case.write", {"text": "dry"}), **values)


def partitions_go_somewhere(facts: Facts) -> Iterator[Fault]:
    """A share reports to an output, or leaves as gas or loss: one of them."""
    for row in facts.case.partitions:
        if not row.output and not row.leaves_as:
            yield facts.fault(row, "output", "partition_to_nowhere", Message("case.output_or_leaves_as"))
        elif row.output and row.leaves_as:
            values = {"output": row.output, "leaves_as": row.leaves_as}
            remedy = Message("case.output_or_leaves_as")
            yield facts.fault(row, "leaves_as", "partition_to_two_places", remedy, **values)


def partitions_sum(facts: Facts) -> Iterator[Fault]:
    """What outputs, gas and loss get of a property, by recovery or partition, is no more than the feed holds."""
    told: set[tuple[int, str, float]] = set()
    for name in facts.sound:
        for point in facts.points[name]:
            rows = _in_force(facts, name, point)
            for material in facts.feed_materials[name] or ("",):
                outputs = facts.effective(facts.outputs.get(name, ()), point, material)
                for property_, (total, row) in _handed_out(rows, list(outputs.values())).items():
                    if total <= 1 + SLACK or (id(row), point, total) in told:
                        continue
                    told.add((id(row), point, total))
                    values = {"at": at_point(name, point), "property": property_, "total": total}
                    column = "share" if isinstance(row, Partition) else "recovery"
                    yield facts.fault(row, column, "partitions_above_one", None, **values)


def _in_force(facts: Facts, process: str, point: str) -> list[Partition]:
    """The partition rows at a point: one that names it before one for all."""
    found: dict[tuple[str, str, str], Partition] = {}
    for row in facts.case.partitions:
        key = (row.output, row.leaves_as, row.property)
        if row.process == process and row.point in ("", point) and (row.point or key not in found):
            found[key] = row
    return list(found.values())


def _handed_out(
    partitions: list[Partition], outputs: list[Output]
) -> dict[str, tuple[float, Partition | Output]]:
    """Property → share of the feed's content handed out, and the last row that adds to it.

    An output with both a partition and a recovery gets the greater of the two: they say the same thing twice.
    """
    shares: dict[str, dict[str, tuple[float, Partition | Output]]] = defaultdict(dict)
    made = {output.material for output in outputs}
    for row in partitions:
        if row.output and row.output not in made:  # said elsewhere
            continue
        shares[row.property][row.output or row.leaves_as] = (row.share, row)
    for output in outputs:
        if output.recovery is not None and output.property:
            held = shares[output.property].get(output.material, (0.0, output))
            shares[output.property][output.material] = max(
                held, (output.recovery, output), key=lambda s: s[0]
            )
    return {
        name: (sum(share for share, _ in own.values()), list(own.values())[-1][1])
        for name, own in shares.items()
    }
