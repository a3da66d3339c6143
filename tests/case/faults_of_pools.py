"""Planted faults of pools: mixed storages. The starter case has one storage, `yard` (row 2), of the group `muds`."""

from __future__ import annotations

from tests.case.conftest import Folder
from tests.case.planting import planted


def alone(f: Folder, **cells: object) -> None:
    """A pool at a site of its own, as it should be."""
    f.add("sites", name="bay", kind="yard", longitude_deg=107, latitude_deg=23)
    known = {"name": "pool", "site": "bay", "material": "muds", "mixed": "yes", "capacity_t": 1000}
    f.add("storages", **known | cells)


@planted(
    ("pool_final", "storages.csv", 3, "final"),
    says="'pool' is mixed: what is placed for good is no part of a pool",
)
def a_pool_with_placement(f: Folder) -> None:
    alone(f, final="yes", method="D1")


@planted(
    ("pool_not_alone", "storages.csv", 3, "site"),
    says="'pool' is mixed and shares refinery with yard",
)
def a_pool_beside_the_yard(f: Folder) -> None:
    alone(f, site="refinery")


@planted(
    ("pool_not_alone", "storages.csv", 3, "site"),
    ("pool_not_alone", "storages.csv", 4, "site"),
)
def two_pools_at_a_site(f: Folder) -> None:
    alone(f)
    f.add("storages", name="second", site="bay", material="muds", mixed="yes", capacity_t=5)


@planted(
    ("pool_spreads_hazard", "storages.csv", 3, "material"),
    says="'pool' mixes hazardous waste (dross) with other material (red_mud)",
)
def a_pool_of_hazardous_and_other_waste(f: Folder) -> None:
    f.add("materials", name="dross", legal_status="hazardous_waste", waste_class="carbon_dross", moisture=0)
    f.add("groups", group="both", member="red_mud")
    f.add("groups", group="both", member="dross")
    alone(f, material="both", accepts_hazardous="yes")


@planted(
    ("pool_not_in_tonnes", "storages.csv", 3, "material"),
    says="'pool' is mixed, and power are not counted in tonnes",
)
def a_pool_of_energy(f: Folder) -> None:
    alone(f, material="power")


@planted(("beyond", "case.yaml", 13, "pool_grid"))
def a_grid_too_fine_to_be_meant(f: Folder) -> None:
    f.file("case.yaml", (f.path / "case.yaml").read_text(encoding="utf-8") + "pool_grid: 1000\n")
