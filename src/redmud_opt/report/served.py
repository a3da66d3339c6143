"""The cost to serve of each waste at each source, per tonne and term, in words."""

from __future__ import annotations

import pandas as pd

from redmud_opt.i18n import Message, text
from redmud_opt.plan import Plan
from redmud_opt.plan.served import WHOSE, per_source
from redmud_opt.report.labels import Labels
from redmud_opt.report.tables import View, heading


def served_view(plan: Plan, language: str) -> View:
    """A row per source: tonnes, and CNY per tonne, net and by term; blank where there are no tonnes."""
    labels, found = Labels(plan, language), per_source(plan.frames)
    whole = found["origin_t"].where(found["origin_t"] > 0.0)
    cells = {
        heading("cost_to_serve", "site", language): found["site"].map(labels.name),
        heading("cost_to_serve", "material", language): found["material"].map(labels.name),
        heading("cost_to_serve", "given", language): found["given"].map(
            lambda given: labels.word("given", given)
        ),
        heading("cost_to_serve", "origin_t", language): found["origin_t"],
    }
    numbers = {heading("cost_to_serve", "origin_t", language): 0}
    for name in ["net", *found.columns.drop([*WHOSE, "origin_t", "net"])]:
        words = labels.word("served" if name == "net" else "term", str(name))
        column = text(Message("report.served.per_t", {"term": words}), language)
        cells[column], numbers[column] = found[name] / whole, 2
    return View("served", text(Message("report.table.served"), language), pd.DataFrame(cells), numbers)
