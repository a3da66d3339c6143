"""Ours: network → families of array-backed Pyomo components → `Session` → the plan's tables."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pandas as pd

from redmud_opt.model import build_model
from redmud_opt.model.arrays import compile
from redmud_opt.network import Network
from redmud_opt.plan.tables import tables
from redmud_opt.solve import Session


class Ours:
    """The calls that the command `solve` makes. `parts` splits the build."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.parts: dict[str, float] = {}

    @property
    def highs(self) -> Any:
        """The solver inside the session."""
        return self.session._highs

    def build(self) -> None:
        """Declares the model and compiles it, names, views and finite check included."""
        started = time.process_time()
        self.model = build_model(self.network)
        declared = time.process_time()
        self.form = compile(self.model)
        self.parts = {"declare": declared - started, "compile": time.process_time() - declared}

    def transfer(self) -> None:
        """A first pass, with the checks of return status and size."""
        self.session = Session()
        self.session.update(self.form)

    def frames(self, values: np.ndarray) -> dict[str, pd.DataFrame]:
        """Values into the model, and the plan's tables: more than the peers' frames (ends of lanes, wet tonnes …)."""
        self.form.load(values)
        return tables(self.model, self.network)
