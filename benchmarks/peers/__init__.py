"""The ways of building one model that are timed side by side, each in three phases: build, transfer, frames.

A peer is a class with
    build()           everything up to a complete model in its own terms
    transfer()        that model handed to a HiGHS object, ready to run
    frames(values)    a solution, in the order of our columns, as pandas frames
and `highs` after the transfer, so that a test can run it.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import pandas as pd

from benchmarks.given import Given
from benchmarks.peers.bare import Bare
from benchmarks.peers.ours import Ours
from benchmarks.peers.with_linopy import Linopy
from benchmarks.peers.with_pyomo import PlainPyomo
from redmud_opt.network import Network


class Peer(Protocol):
    """One build of one model."""

    highs: Any

    def build(self) -> None: ...

    def transfer(self) -> None: ...

    def frames(self, values: np.ndarray) -> dict[str, pd.DataFrame]: ...


def make_peer(name: str, given: Given, network: Network) -> Peer:
    """A fresh peer: ours starts from the network, the others from what they are given."""
    if name == "ours":
        return Ours(network)
    return {"bare": Bare, "linopy": Linopy, "pyomo": PlainPyomo}[name](given)


PEERS = ("bare", "ours", "linopy", "pyomo")

__all__ = ["PEERS", "Peer", "make_peer"]
