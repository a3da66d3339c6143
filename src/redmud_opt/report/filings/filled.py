"""Forms filled in: `FILLERS` says what fills each, by its name in `data/forms`.

filled = fill(forms, case, plan, "zh")
filled[0].cells(), filled[0].to_fill
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from redmud_opt.case import Case
from redmud_opt.case.forms import Form, Forms
from redmud_opt.plan import Plan
from redmud_opt.report.filings import general, hazardous, statistics, transfers
from redmud_opt.report.filings.filing import Filing, Rows

FILLERS: Mapping[str, Callable[[Filing], Rows]] = {
    "hw_plan_generation": hazardous.plan_generation,
    "hw_plan_storage": hazardous.plan_storage,
    "hw_plan_self": hazardous.plan_self,
    "hw_plan_reduction": hazardous.plan_reduction,
    "hw_plan_transfer": hazardous.plan_transfer,
    "hw_ledger_generation": hazardous.ledger_generation,
    "hw_ledger_in": hazardous.ledger_in,
    "hw_ledger_out": hazardous.ledger_out,
    "hw_ledger_self": hazardous.ledger_self,
    "hw_ledger_outsourced": hazardous.ledger_outsourced,
    "gw_list": general.waste_list,
    "gw_flow": general.flow_summary,
    "gw_out": general.leaving,
    "gw_generation": general.generation,
    "gw_storage": general.storage,
    "gw_self_use": general.own_use,
    "gw_self_disposal": general.own_disposal,
    "hw_cross": transfers.hazardous_applications,
    "gw_cross": transfers.general_filings,
    "due_diligence": transfers.receivers,
    "gw_statistics": statistics.general,
    "hw_statistics": statistics.hazardous,
    "balance": statistics.balance,
}
"""Form → what fills it, in the order of the sheets."""

Cell = str | float | None
"""None: left to be filled in."""


@dataclass(frozen=True)
class Filled:
    """A form filled in. `rows` are by what fills the columns."""

    form: Form
    rows: Rows

    def cells(self) -> list[list[Cell]]:
        """Rows in the order of the form's columns."""
        return [[_cell(row.get(column.fills)) for column in self.form.columns] for row in self.rows]

    @property
    def frame(self) -> pd.DataFrame:
        """What the plan fills, by the names of `fills`."""
        names = [column.fills for column in self.form.columns if column.fills]
        return pd.DataFrame([[row.get(name) for name in names] for row in self.rows], columns=names)

    @property
    def to_fill(self) -> int:
        """Cells that no plan or case knows."""
        return sum(cell is None for row in self.cells() for cell in row)

    @property
    def filled(self) -> int:
        """Cells that are filled in."""
        return len(self.rows) * len(self.form.columns) - self.to_fill

    @property
    def unsourced(self) -> int:
        """Columns whose official wording was not found."""
        return sum(column.wording == "unsourced" for column in self.form.columns)


def fill(forms: Forms, case: Case, plan: Plan, language: str) -> list[Filled]:
    """Every form of a rule pack, filled in from a plan."""
    filing = Filing(case, plan, language)
    return [Filled(forms.of[name], filler(filing)) for name, filler in FILLERS.items() if name in forms.of]


def _cell(value: object) -> Cell:
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    return value if isinstance(value, str) else float(str(value))
