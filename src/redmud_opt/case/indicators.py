"""Indicators of a plan: what shows that it can fail, how far it is from zero waste. Data, shared by plan and audit.

`SCORECARD` names the indicators of the zero-waste scorecard in the order in which they are shown, `READINESS` those
of what can fail, with the values from which they are to be watched and from which they are an alarm. What they mean,
by which formula and on whose authority, stands in the catalogues: `plan.definition_…`, `plan.formula_…` and so on.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

EXPIRY_DAYS = 90
"""What runs out within so many days after the end of a period is told there."""

MARGIN = 1e-9
"""Rounding that a threshold forgives."""

PLANT, OWNER, ALL = "plant", "owner", "all"


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator of the scorecard. `own`: its definition is this project's, not one of a rule or a statistic."""

    key: str
    unit: str
    own: bool
    levels: tuple[str, ...] = (PLANT, OWNER, ALL)


SCORECARD = (
    Indicator("reduction_share", "1", own=True),
    Indicator("intensity", "t/t", own=True, levels=(PLANT,)),
    Indicator("use_rate_new", "1", own=False),
    Indicator("use_rate_stat", "1", own=False),
    Indicator("use_rate_gross", "1", own=True),
    Indicator("use_rate_general", "1", own=False),
    Indicator("use_rate_hazardous", "1", own=False),
    Indicator("harmless_disposal", "1", own=True),
    Indicator("storage_age_mean", "d", own=True),
    Indicator("storage_age_greatest", "d", own=True),
    Indicator("manifests", "movement", own=False),
    Indicator("clean_transport", "1", own=False),
    Indicator("insured", "1", own=True),
    Indicator("insurance_stated", "1", own=True),
    Indicator("co2e", "t", own=True),
    Indicator("co2e_per_t", "t/t", own=True, levels=(ALL,)),
)


@dataclass(frozen=True, slots=True)
class Watched:
    """An indicator of what can fail. With `low` a value below its thresholds is bad, else one above; NaN: none."""

    key: str
    unit: str
    low: bool
    watch: float
    alarm: float

    def state(self, value: float) -> str:
        """ok, watch or alarm; unknown where there is no value."""
        if isnan(value):
            return "unknown"
        for state, limit in (("alarm", self.alarm), ("watch", self.watch)):
            if value < limit - MARGIN if self.low else value > limit + MARGIN:
                return state
        return "ok"


READINESS = (
    Watched("contract_in_hand", "1", low=True, watch=1.0, alarm=nan),
    Watched("permit_in_hand", "1", low=True, watch=1.0, alarm=1.0),
    Watched("approval_in_hand", "1", low=True, watch=1.0, alarm=1.0),
    Watched("to_be_filed", "t", low=False, watch=0.0, alarm=nan),
    Watched("capacity_in_lead_time", "1", low=False, watch=0.0, alarm=0.5),
    Watched("stock_overdue", "t", low=False, watch=0.0, alarm=0.0),
    Watched("stock_expiring", "t", low=False, watch=0.0, alarm=nan),
    Watched("contract_expiring", "t", low=False, watch=0.0, alarm=nan),
    Watched("permit_expiring", "t/a", low=False, watch=0.0, alarm=nan),
    Watched("approval_expiring", "t", low=False, watch=0.0, alarm=nan),
    Watched("permit_left", "1", low=True, watch=0.1, alarm=nan),
    Watched("approval_left", "1", low=True, watch=0.1, alarm=nan),
    Watched("days_of_cover", "d", low=True, watch=90.0, alarm=30.0),
    Watched("freeboard_before_rains", "1", low=True, watch=1.5, alarm=1.0),
    Watched("unplaced", "t", low=False, watch=0.0, alarm=nan),
    Watched("certificates_out_of_date", "n", low=False, watch=0.0, alarm=nan),
)
"""The thresholds are this project's: a share that the law asks for is an alarm below 1, what still can be arranged is
to be watched; 30 and 90 days of cover, and half as much room again as the rains are planned to bring. No law asks for
a contract ahead of time: one that is missing is watched."""
