"""Units of properties and of their values: which are known, and which convert into which."""

from __future__ import annotations

from redmud_opt.case.names import did_you_mean
from redmud_opt.i18n import Message

# family → unit → how many of the family's first unit it is
FAMILIES: dict[str, dict[str, float]] = {
    "mass fraction": {
        "wt%": 1.0, "%": 1.0, "share": 100.0, "1": 100.0, "t/t": 100.0, "kg/kg": 100.0, "kg/t": 0.1, "g/kg": 0.1,
        "g/t": 1e-4, "mg/kg": 1e-4, "ppm": 1e-4,
    },
    "activity": {"Bq/kg": 1.0, "Bq/g": 1000.0, "kBq/kg": 1000.0},
    "concentration": {"mg/L": 1.0, "g/L": 1000.0, "ug/L": 0.001},
    "heat": {"MJ/kg": 1.0, "kJ/kg": 0.001, "GJ/t": 1.0, "MJ/t": 0.001},
    "density": {"t/m3": 1.0, "g/cm3": 1.0, "kg/m3": 0.001},
    "surface": {"m2/kg": 1.0, "cm2/g": 0.1, "m2/g": 1000.0},
    "length": {"mm": 1.0, "um": 0.001, "cm": 10.0},
    "strength": {"MPa": 1.0, "kPa": 0.001},
    "permeability": {"cm/s": 1.0, "m/s": 100.0},
    "gas": {"L/kg": 1.0, "mL/g": 1.0, "m3/t": 1.0},
    "gas rate": {"L/(kg h)": 1.0, "mL/(g h)": 1.0},
    "conductivity": {"mS/cm": 1.0, "uS/cm": 0.001, "S/m": 10.0},
    "pH": {"pH": 1.0},
    "index": {"index": 1.0, "-": 1.0},
    "temperature": {"degC": 1.0},
    "either": {"yes/no": 1.0},
}  # fmt: skip

_REFUSED = {
    "ton": "t", "tons": "t", "tonne": "t", "tonnes": "t", "kt": "t", "Mt": "t", "T": "t",
    "g/ton": "g/t", "kg/ton": "kg/t",
}  # fmt: skip
_FAMILY = {unit: family for family, units in FAMILIES.items() for unit in units}


def unit_fault(unit: str) -> tuple[Message, Message | None] | None:
    """What is wrong with a unit and what would be right; None if it is known."""
    if unit in _FAMILY:
        return None
    if unit in _REFUSED or "ton" in unit.casefold().replace("/", " ").split():
        remedy = Message("case.write_t", {"unit": _REFUSED.get(unit, "t")})
        return Message("case.refused_unit", {"unit": unit}), remedy
    return Message("case.unknown_unit", {"unit": unit}), did_you_mean(unit, _FAMILY)


def is_mass_fraction(unit: str) -> bool:
    """Whether the unit is a share of mass."""
    return _FAMILY.get(unit) == "mass fraction"


def factor(unit: str, into: str) -> float | None:
    """By what a value in `unit` is multiplied to be in `into`; None if they do not convert."""
    if unit == into:
        return 1.0
    family = _FAMILY.get(unit)
    if family is None or family != _FAMILY.get(into):
        return None
    return FAMILIES[family][unit] / FAMILIES[family][into]
