"""What more room in a yard is worth: the plan made again with a yard a step larger, and what that adds to its value
less the penalties of soft targets.

    worth_of_room(case, step_t=1000)        one answer per yard whose tonnes or airspace are limited

Not a dual: a raise or a new yard comes whole, so the first thousand tonnes may be worth what the next are not. The
step is in dry tonnes; of airspace it takes what they need at the density of the lightest material the yard takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from redmud_opt.case import Case
from redmud_opt.case.works import Storage
from redmud_opt.case.yards import airspace_m3, curves
from redmud_opt.model import build_model
from redmud_opt.network import build_network
from redmud_opt.solve import Options, Session, solve_case_goals


@dataclass(frozen=True)
class Worth:
    """What a step of room adds to the value of the best plan. `proved`: both plans are proved to be the best."""

    storage: str
    step_t: float
    step_m3: float | None
    gain_cny: float
    proved: bool

    @property
    def cny_per_t(self) -> float:
        """Gain per tonne of the step."""
        return self.gain_cny / self.step_t


def worth_of_room(case: Case, step_t: float = 1000.0, options: Options | None = None) -> pd.DataFrame:
    """One row per yard that something limits: step, gain in CNY and per tonne, whether both plans are proved.

    Raises ValueError where the case itself has no plan.
    """
    if step_t <= 0:
        raise ValueError(f"step_t is {step_t}; expected more than 0")
    session = Session(options)
    before, proved = _value(case, session)
    found = []
    for storage in case.storages:
        step_m3 = _volume_of(case, storage, step_t)
        if storage.capacity_t is None and step_m3 is None:
            continue
        after, also = _value(enlarged(case, storage, step_t, step_m3), session)
        found.append(Worth(storage.name, step_t, step_m3, after - before, proved and also))
    return pd.DataFrame(
        [(w.storage, w.step_t, w.step_m3, w.gain_cny, w.cny_per_t, w.proved) for w in found],
        columns=["storage", "step_t", "step_m3", "gain_cny", "cny_per_t", "proved"],
    )


def _value(case: Case, session: Session) -> tuple[float, bool]:
    """Value of the best plan of a case less the penalties of soft targets, and whether it is proved."""
    network = build_network(case)
    model = build_model(network)
    outcome = solve_case_goals(model, network, session)
    if outcome.values is None or outcome.objective is None:
        raise ValueError(f"no plan: the solve stopped with '{outcome.stopped}'")
    return outcome.objective, outcome.holds == "proved"


def _volume_of(case: Case, storage: Storage, step_t: float) -> float | None:
    """m³ that the step takes; None where no airspace is limited."""
    if airspace_m3(storage, curves(case).get(storage.name)) is None:
        return None
    return step_t / min(_densities(case, storage))


def _densities(case: Case, storage: Storage) -> Iterator[float]:
    materials = {row.name: row for row in case.materials}
    for name in case.members(storage.material):
        density = materials[name].density_t_per_m3
        if density is not None:
            yield density


def enlarged(case: Case, storage: Storage, step_t: float, step_m3: float | None) -> Case:
    """The case with a yard that holds so much more, at every height of its curve."""
    larger = storage
    if storage.capacity_t is not None:
        larger = replace(larger, capacity_t=storage.capacity_t + step_t)
    points = case.yard_curves
    if step_m3 is not None:
        if any(point.storage == storage.name for point in points):
            points = tuple(
                replace(point, volume_m3=point.volume_m3 + step_m3)
                if point.storage == storage.name
                else point
                for point in points
            )
        elif storage.airspace_m3 is not None:
            larger = replace(larger, airspace_m3=storage.airspace_m3 + step_m3)
        elif storage.area_m2 is not None and storage.height_m is not None:
            larger = replace(larger, height_m=storage.height_m + step_m3 / storage.area_m2)
    rows = tuple(larger if row is storage else row for row in case.storages)
    return replace(case, storages=rows, yard_curves=points)
