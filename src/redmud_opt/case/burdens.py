"""Tables of burdens: what purchased inputs stand for, what is avoided elsewhere, which modes of transport are clean.

Row classes of the schema, part four; see `things` for the conventions. What processes emit themselves stands in
`emissions`, what transport emits in `haul`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from redmud_opt.case.columns import Row, choice, flag, number, reference, text

BURDENS = "co2e_t water_m3 energy_kgce"
"""Accounts of emissions and consumption."""

ACCOUNT_UNITS = {"co2e_t": "t", "water_m3": "m3", "energy_kgce": "kgce"}
"""Account → unit in which it is kept."""

CLEAN = "clean"
"""Stands for every mode that is declared clean."""


def modes_of(cell: str) -> tuple[str, ...]:
    """The modes that a cell of `limits` names, as they are written; none: all."""
    return tuple(part.strip() for part in cell.split(";") if part.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode(Row):
    """A mode of transport. Where the table is used, every mode of a lane, haul rule or distance stands in it."""

    TABLE: ClassVar[str] = "modes"
    ENFORCED: ClassVar[bool] = True
    mode: str = text("road, rail, barge, conveyor, pipeline …", required=True, key=True)
    label_en: str = text("label in English")
    label_zh: str = text("label in Chinese")
    clean: bool = flag("counts as clean transport")
    load_t: float | None = number(
        "t wet",
        "wet tonnes per load when the plan is dispatched, blank: continuous (belt, pipeline) or not known; no plan "
        "depends on it",
        above=0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor(Row):
    """What a unit of a fixed input stands for on an account, before it reaches the process: purchased burden."""

    TABLE: ClassVar[str] = "factors"
    ENFORCED: ClassVar[bool] = True
    material: str = reference("materials", "input: power, fuel, water, reagent", required=True, key=True)
    account: str = choice(BURDENS, "account", required=True, key=True)
    amount_per_unit: float = number(
        "account/unit", "amount per unit of the material that processes take", required=True, minimum=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Avoided(Row):
    """A burden avoided outside the boundary of the plan: an account of its own, netted with nothing."""

    TABLE: ClassVar[str] = "avoided"
    ENFORCED: ClassVar[bool] = True
    item: str = reference(
        "outlets processes materials",
        "what avoids it: a tonne delivered to the outlet, fed to the process (or of its activity), or delivered of "
        "the material to any outlet",
        required=True,
        key=True,
    )
    account: str = choice(BURDENS, "account", required=True, key=True)
    amount_per_t: float = number("account/t", "amount avoided per tonne, dry", required=True)
    boundary: str = text("what it is compared with, and where the comparison ends", required=True)
