"""Work orders as a dispatcher reads them: words for names, reasons for papers that are not needed, headings."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from redmud_opt.case.case import Case
from redmud_opt.i18n import Message, text
from redmud_opt.plan import Plan
from redmud_opt.plan.papers import AND
from redmud_opt.report.labels import Labels
from redmud_opt.report.numbers import figure
from redmud_opt.report.shipments.orders import HAZARDOUS, Shipments
from redmud_opt.report.shipments.papers import HELD, MISSING, NONE
from redmud_opt.report.standins import stand_ins
from redmud_opt.report.tables import View

ORDERS_SHOWN = (
    "order month from_site consignor to_site consignee mode material status code hazard wet_t dry_t loads "
    "whole_loads part_load_t window_from window_to must_leave_by clock permit document_kind document permit_clause "
    "document_clause period"
)
MANIFESTS_SHOWN = (
    "order month lot from_site consignor to_site consignee mode material code hazard wet_t dry_t window_from "
    "window_to must_leave_by clock permit document"
)
UNSPLIT_SHOWN = "lane material period month why at wet_t most_t"
DECIMALS = {"wet_t": 2, "dry_t": 2, "loads": 0, "whole_loads": 0, "part_load_t": 2, "most_t": 2}
NAMES = ("from_site", "consignor", "to_site", "material")
LISTS = ("consignee", "at")


class Words:
    """The tables of shipments in a language."""

    def __init__(self, case: Case, plan: Plan, language: str) -> None:
        self.case, self.plan, self.language, self.labels = case, plan, language, Labels(plan, language)
        self._stand_ins = stand_ins(case)

    def say(self, key: str, **values: object) -> str:
        """Words of this report."""
        return text(Message(f"shipments.{key}", values), self.language)

    def orders(self, shipments: Shipments) -> View:
        """The work orders."""
        return self._view("orders", self._papers(shipments.work_orders), ORDERS_SHOWN)

    def manifests(self, shipments: Shipments) -> View:
        """Hazardous waste by lot."""
        return self._view("manifests", self._papers(shipments.manifests), MANIFESTS_SHOWN)

    def unsplit(self, shipments: Shipments) -> View:
        """Where no split keeps a limit."""
        return self._view("unsplit", shipments.unsplit, UNSPLIT_SHOWN)

    def by_month(self, shipments: Shipments) -> pd.DataFrame:
        """Orders, loads and tonnes of each month; no loads where none are counted."""
        orders = shipments.work_orders
        hazardous = orders["status"] == HAZARDOUS
        sums = orders.assign(
            hazardous_t=orders["wet_t"].where(hazardous, 0.0),
            hazardous_loads=orders["loads"].where(hazardous),
        ).groupby("month")
        return pd.DataFrame(
            {
                self.say("column_month"): list(sums.groups),
                self.say("count_orders"): sums.size().to_list(),
                self.say("wet_t"): sums["wet_t"].sum().to_list(),
                self.say("count_loads"): sums["loads"].sum(min_count=1).to_list(),
                self.say("hazardous_t"): sums["hazardous_t"].sum().to_list(),
                self.say("hazardous_loads"): sums["hazardous_loads"].sum(min_count=1).to_list(),
            }
        )

    def caveats(self, shipments: Shipments) -> list[str]:
        """What to know before anything is dispatched."""
        orders, audit = shipments.work_orders, self.plan.audit
        missing, unsplit = len(shipments.missing), len(shipments.unsplit)
        lines = [self.say("audit_passed" if audit is not None and audit.passed else "audit_failed")]
        if len(orders):
            lines.append(
                self.say(
                    "total",
                    orders=f"{len(orders):,}",
                    manifests=f"{len(shipments.manifests):,}",
                    wet=f"{orders['wet_t'].sum():,.0f}",
                    first=orders["month"].min(),
                    last=orders["month"].max(),
                )
            )
        assumed = self.assumed(shipments)
        if missing:
            lines.append(self.say("missing_some", count=missing, word=self.say("missing")))
        if assumed:
            lines.append(self.say("stand_ins", count=assumed, stand_in=self.say("stand_in", name="").strip()))
        if not missing and not assumed:
            lines.append(self.say("missing_none"))
        lines.append(
            self.say("unsplit_some", count=unsplit, sheet=self.say("unsplit"))
            if unsplit
            else self.say("unsplit_none")
        )
        lines += self._loads(set(orders["mode"]))
        lines += [self.say(key) for key in ("how_pace", "how_lots", "how_status")]
        if shipments.left_out_t > 0.0:
            lines.append(self.say("left_out", wet=figure(shipments.left_out_t)))
        return lines

    def assumed(self, shipments: Shipments) -> int:
        """Orders with a permit or a document that the case only assumes."""
        cells = shipments.work_orders[["permit", "document"]]
        return sum(
            any(not self._stand_ins.isdisjoint(cell.split(AND)) for cell in row) for row in cells.to_numpy()
        )

    def _loads(self, used: set[str]) -> list[str]:
        rows = {row.mode: row for row in self.case.modes if row.active and row.mode in used}
        known = {mode: row for mode, row in rows.items() if row.load_t is not None}
        lines = []
        if known:
            loads = [
                self.say("load_of", mode=self._mode(mode), load=f"{row.load_t:g}")
                for mode, row in sorted(known.items())
            ]
            lines.append(self.say("loads_known", loads=self._list(loads)))
        assumed = [self._mode(mode) for mode, row in sorted(known.items()) if row.evidence in ("", "assumed")]
        if assumed:
            lines.append(self.say("loads_assumed", modes=self._list(assumed)))
        if used - set(known):
            lines.append(
                self.say("loads_none", modes=self._list([self._mode(m) for m in sorted(used - set(known))]))
            )
        return lines

    # ---------------------------------------------------------------- cells

    def _view(self, key: str, frame: pd.DataFrame, shown: str) -> View:
        cells, numbers = dict[str, pd.Series](), dict[str, int]()
        for name in shown.split():
            own = "unsplit_wet_t" if (key, name) == ("unsplit", "wet_t") else name
            heading = self.say(f"column_{own}")
            words = self._words(name)
            cells[heading] = frame[name] if words is None else frame[name].map(words)
            if name in DECIMALS:
                numbers[heading] = DECIMALS[name]
        return View(key, self.say(key), pd.DataFrame(cells), numbers)

    def _words(self, name: str) -> Callable[[str], str] | None:
        if name in NAMES:
            return self.labels.name
        if name in LISTS:
            return lambda cell: self._list([self.labels.name(one) for one in cell.split(AND)])
        own: dict[str, Callable[[str], str]] = {
            "mode": self._mode,
            "lane": self.labels.lane,
            "lot": self.labels.lots,
            "status": lambda status: self.labels.word("status", status),
            "code": lambda code: self.say("missing") if code == MISSING else code,
            "clock": lambda clock: self.say(f"clock_{clock}") if clock else "",
            "document_kind": lambda kind: self.say(f"kind_{kind}") if kind else "",
            "why": lambda why: self.say(f"why_{why}"),
        }
        return own.get(name)

    def _mode(self, mode: str) -> str:
        return self.labels.word("mode", mode)

    def _list(self, words: list[str]) -> str:
        return text(Message("report.between"), self.language).join(words)

    def _papers(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Permits and documents in words; each pair of names and reason is put into words once."""
        known: dict[tuple[str, str], str] = {}
        for paper in ("permit", "document"):
            pairs = list(zip(frame[paper], frame[f"{paper}_why"], strict=True))
            known |= {pair: self._paper(*pair) for pair in set(pairs) - known.keys()}
            frame = frame.assign(**{paper: [known[pair] for pair in pairs]})
        return frame

    def _paper(self, names: str, why: str) -> str:
        if why == NONE:
            return ""
        held = [
            self.say("stand_in", name=name) if name in self._stand_ins else name
            for name in names.split(AND)
            if name and name != MISSING
        ]
        if MISSING in names.split(AND):
            return self.say("with_missing", names=AND.join(held)) if held else self.say("missing")
        return AND.join(held) if why == HELD else self.say(f"paper_{why}", names=AND.join(held))
