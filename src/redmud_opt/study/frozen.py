"""Why a case has no plan against its baseline although it has one without it.

The relaxation is asked without the baseline first, then with the frozen periods one after the other, at last with
the change limits: the first that leaves no plan is named. What only whole numbers forbid stays open.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from pyomo.environ import Var

from redmud_opt.i18n import Message
from redmud_opt.model import RELAXATION, build_model
from redmud_opt.network import Network
from redmud_opt.network.before import Before
from redmud_opt.solve import Options, Session


def explain_frozen(network: Network, options: Options) -> tuple[Message, ...]:
    """What of the baseline leaves no plan; empty where there is no baseline, or it is not what stands in the way."""
    before = network.before
    if before is None or not _possible(replace(network, before=None), options):
        return ()
    for count in range(1, int(before.frozen.sum()) + 1):
        kept = replace(before, frozen=np.arange(len(before.frozen)) < count)
        if not _possible(_without_change_limits(network, kept), options):
            return (
                Message("study.frozen_period", {"period": network.time.names[count - 1], "count": count}),
            )
    return () if _possible(network, options) else (Message("study.change_limits_in_the_way"),)


def _without_change_limits(network: Network, before: Before) -> Network:
    return replace(network, before=before, case=replace(network.case, change_limits=()))


def _possible(network: Network, options: Options) -> bool:
    """Whether the relaxation has a plan; a question that is cut short counts as one that has."""
    model = build_model(network, RELAXATION)
    for columns in model.component_objects(Var):
        columns.set_integer(False)
    return Session(options).solve(model).stopped != "infeasible"
