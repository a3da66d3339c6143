"""What a report says of each plant: its wastes and where they end, what is moved, stored, permitted, built."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pandas as pd

from redmud_opt.case import Case
from redmud_opt.case.rules import Permit
from redmud_opt.case.things import Site
from redmud_opt.i18n import Message, text
from redmud_opt.plan import Plan
from redmud_opt.plan.permits import SEPARATOR
from redmud_opt.plan.served import per_source
from redmud_opt.report.document.blocks import Block, Facts, Section, Table, Words, say, table_of
from redmud_opt.report.labels import Labels
from redmud_opt.report.numbers import mass_scale, money_scale, percent
from redmud_opt.report.setting import Setting
from redmud_opt.report.tables import View
from redmud_opt.report.todo import PARTS, Step, steps
from redmud_opt.report.yearly import owners

YEARLY = ("generated_t", "carried_in_t", "used_t", "disposed_t", "handed_out_t", "stock_t")
MOST_LANES = 14


def plants(case: Case, plan: Plan, language: str) -> Iterator[Section]:
    """Sites where waste arises, the largest first, then those where it is treated or stored."""
    shown = _Plants(case, plan, language)
    for site in shown.order():
        blocks = tuple(shown.blocks(site))
        if len(blocks) > 1:
            yield Section(f"site-{site.name}", shown.labels.name(site.name), blocks, 3)


class _Plants:
    """The tables of a plan cut by site."""

    def __init__(self, case: Case, plan: Plan, language: str) -> None:
        self.case, self.plan, self.language = case, plan, language
        self.labels, self.setting = Labels(plan, language), Setting.of(case)
        self.material = dict(
            zip(plan.frames["streams"]["stream"], plan.frames["streams"]["material"], strict=True)
        )
        self.served = per_source(plan.frames)
        self.steps = steps(case, plan)
        facilities = {row.name: row.site for row in case.facilities}
        at = {row.name: facilities.get(row.facility, "") for row in case.lines}
        at |= {row.name: row.site for row in case.storages} | facilities
        at |= {row.name: row.site for row in case.outlets}
        at |= {row.name: at.get(row.storage, "") for row in case.raises}
        at |= {row.name: at.get(row.storage, "") for row in case.yard_measures}
        arising = {row.name: row.site for row in case.all_arisings}
        self.site_of = at | {row.name: arising.get(row.arising, "") for row in case.reductions}

    def order(self) -> list[Site]:
        """Where waste arises, by tonnes; then where anything is fed, placed or kept."""
        frames = self.plan.frames
        arising = frames["arisings"].groupby("site")["arising_t"].sum()
        busy = {self.site_of.get(str(line), "") for line in frames["feeds"]["line"]}
        busy |= set(frames["stocks"]["site"]) | set(frames["placements"]["site"])
        sites = [row for row in self.case.sites if row.name in arising.index or row.name in busy]
        return sorted(sites, key=lambda row: (-float(arising.get(row.name, 0.0)), self.labels.name(row.name)))

    def blocks(self, site: Site) -> Iterator[Block]:
        """What is said of one site."""
        yield Words((self._who(site),))
        facts = tuple(self._facts(site.name))
        if facts:
            yield Facts(facts)
        for table in (
            self._wastes,
            self._ends,
            self._fed,
            self._lanes,
            self._storages,
            self._permits,
            self._steps,
        ):
            found = table(site.name)
            if found is not None and found.rows:
                yield found

    def _who(self, site: Site) -> str:
        parts = [say(f"kind.{site.kind}", self.language)]
        parts += [self.labels.name(name) for name in (site.owner, site.province) if name]
        return " · ".join(parts)

    def _facts(self, site: str) -> Iterator[tuple[str, str]]:
        own = self.plan.frames["traced"]
        own = own[own["site"] == site]
        whole = float(own["origin_t"].sum())
        if whole <= 0.5:
            return
        used = float(own.loc[own["fate"] == "utilised", "origin_t"].sum())
        yield say("to_serve", self.language), mass_scale([whole], self.language).text(whole)
        yield say("used_share", self.language), percent(used / whole, self.language)
        net = float(self.served.loc[self.served["site"] == site, "net"].sum())
        yield say("net", self.language), money_scale([net], self.language).text(net)
        per_t = f"{net / whole:,.1f}".replace("-", "−")
        yield say("net_per_t", self.language), say("cny_per_t", self.language, amount=per_t)

    def _wastes(self, site: str) -> Table | None:
        """By class and year, in dry tonnes, what the statistical form says of the plant."""
        form = self.plan.frames["statistical_form"]
        own = form[(form["level"] == "plant") & (form["scope"] == site) & (form["basis"] == "dry")]
        if own.empty:
            return None
        sums = own.groupby(["waste_class", "year"], sort=False, as_index=False)[list(YEARLY)].sum()
        sums = sums[sums[list(YEARLY)].max(axis=1) > 0.5].sort_values(["waste_class", "year"], kind="stable")
        shown = [
            name for name in YEARLY if float(sums[name].max()) > 0.5 or name in ("generated_t", "used_t")
        ]
        scale = mass_scale([float(v) for v in sums[shown].to_numpy().ravel()], self.language)
        columns: dict[str, list[object]] = {
            say("waste", self.language): [
                self.labels.word("class", str(name)) for name in sums["waste_class"]
            ],
            say("year", self.language): [str(year) for year in sums["year"]],
        }
        heads = [say(f"yearly.{name}", self.language) for name in shown]
        columns |= {
            head: [*map(scale.of, map(float, sums[name]))] for head, name in zip(heads, shown, strict=True)
        }
        return self._table("wastes", columns, heads, unit=scale.unit)

    def _ends(self, site: str) -> Table | None:
        """What becomes of each waste over the horizon: origin tonnes by destination."""
        own = self.plan.frames["traced"]
        own = own[(own["site"] == site) & (own["origin_t"] > 0.5)].sort_values(
            ["waste_class", "material", "origin_t"], ascending=[True, True, False], kind="stable"
        )
        scale = mass_scale([float(v) for v in own["origin_t"]], self.language)
        amount = say("amount_in", self.language, unit=scale.unit)
        columns: dict[str, list[object]] = {
            say("waste", self.language): [
                self._given(row["material"], row["given"]) for row in own.to_dict("records")
            ],
            say("fate", self.language): [self.labels.word("fate", str(fate)) for fate in own["fate"]],
            say("where", self.language): [self.labels.name(str(at)) for at in own["at"]],
            amount: [scale.of(float(v)) for v in own["origin_t"]],
        }
        return self._table("ends", columns, [amount])

    def _given(self, material: object, given: object) -> str:
        name = self.labels.name(str(material))
        if given == "arising":
            return name
        return say("given", self.language, material=name, given=self.labels.word("given", str(given)))

    def _fed(self, site: str) -> Table | None:
        """What the lines at the site process, by year."""
        feeds = self.plan.frames["feeds"]
        own = feeds[[self.site_of.get(str(line), "") == site for line in feeds["line"]]]
        own = own.assign(
            what=[self.labels.name(str(p)) for p in own["process"]],
            other=[self.labels.name(str(self.material.get(s, s))) for s in own["stream"]],
        )
        return self._by_year("fed", own, "feed_t")

    def _lanes(self, site: str) -> Table | None:
        """What leaves the site and what comes to it, by year."""
        flows = self.plan.frames["flows"]
        away, home = flows[flows["from_site"] == site], flows[flows["to_site"] == site]
        out, into = say("to", self.language), say("from", self.language)
        away = away.assign(what=[f"{out} {self.labels.name(str(name))}" for name in away["to_site"]])
        home = home.assign(what=[f"{into} {self.labels.name(str(name))}" for name in home["from_site"]])
        own = pd.concat([away, home])
        own = own.assign(other=[self.labels.name(str(self.material.get(s, s))) for s in own["stream"]])
        return self._by_year("lanes", own, "flow_t")

    def _by_year(self, name: str, own: pd.DataFrame, amount: str) -> Table | None:
        """(what, other) × year, the most first."""
        if own.empty or not float(own[amount].sum()) > 0.5:
            return None
        own = own.assign(year=own["period"].map(self.setting.year_of))
        wide = own.pivot_table(
            index=["what", "other"], columns="year", values=amount, aggfunc="sum", fill_value=0.0
        )
        wide = wide.reindex(columns=list(self.setting.years), fill_value=0.0)
        wide = wide[wide.sum(axis=1) > 0.5]
        wide = wide.loc[wide.sum(axis=1).sort_values(ascending=False, kind="stable").index]
        scale = mass_scale([float(v) for v in wide.to_numpy().ravel()], self.language)
        heads = [str(year) for year in wide.columns]
        columns: dict[str, list[object]] = {
            say(f"{name}_what", self.language): [what for what, _ in wide.index],
            say("material", self.language): [other for _, other in wide.index],
        }
        columns |= {head: [*map(scale.of, map(float, wide[int(head)]))] for head in heads}
        return self._table(name, columns, heads, unit=scale.unit, most=MOST_LANES)

    def _storages(self, site: str) -> Table | None:
        """Yards and sheds: how full at the end of each year, when full, what room is left."""
        own = {row.name for row in self.case.storages if row.site == site}
        yards = self.plan.frames["yards"]
        yards = yards[yards["storage"].isin(own)]
        if yards.empty:
            return None
        yards = yards.assign(year=yards["period"].map(self.setting.year_of))
        last = yards.groupby(["storage", "year"], sort=False)["filled_share"].last().unstack()
        ends = self.plan.frames["yard_ends"].set_index("storage")
        left = [float(ends["left_t"].get(name, float("nan"))) for name in last.index]
        scale = mass_scale([value for value in left if value == value], self.language)
        full = [ends["full_year"].get(name, float("nan")) for name in last.index]
        columns: dict[str, list[object]] = {
            say("storage", self.language): [self.labels.name(str(name)) for name in last.index]
        }
        for year in last.columns:
            columns[str(year)] = [percent(float(v), self.language, 0) for v in last[year]]
        columns[say("full_year", self.language)] = ["–" if year != year else str(int(year)) for year in full]
        columns[say("left_in", self.language, unit=scale.unit)] = [scale.of(v) for v in left]
        return self._table("storages", columns, [say("left_in", self.language, unit=scale.unit)])

    def _permits(self, site: str) -> Table | None:
        """Permits of receivers at the site, and the most that the plan uses of each in a year."""
        used: dict[str, float] = {}
        for row in self.plan.frames["permits"].to_dict("records"):
            for name in str(row["permit"]).split(SEPARATOR):
                used[name] = max(used.get(name, 0.0), float(row["used_t"]))
        own = [row for row in self.case.permits if self.site_of.get(row.receiver, "") == site]
        columns: dict[str, list[object]] = {
            say("receiver", self.language): [self.labels.name(row.receiver) for row in own],
            say("code", self.language): [f"{row.code} {row.method}".strip() for row in own],
            say("valid", self.language): [validity(row) for row in own],
            say("allowed", self.language): [float(row.amount_t_per_a) for row in own],
            say("most_used", self.language): [used.get(row.name, 0.0) for row in own],
        }
        heads = [say("allowed", self.language), say("most_used", self.language)]
        return self._table("permits", columns, heads, decimals=0)

    def _steps(self, site: str) -> Table | None:
        own = [step for step in self.steps if self.site_of.get(step.item, "") == site]
        owner = owners(self.case)
        money = money_scale([step.capex_cny for step in own], self.language)
        amount = say("money_in", self.language, unit=money.unit)
        columns: dict[str, list[object]] = {
            say("step", self.language): [self.labels.name(step.item) for step in own],
            say("decide_by", self.language): [str(step.decide_by) for step in own],
            **self._parts(own),
            say("ready_by", self.language): [str(step.ready_by) for step in own],
            say("company", self.language): [
                self.labels.name(owner.get(step.item, "")) or "–" for step in own
            ],
            amount: [money.of(step.capex_cny) for step in own],
        }
        return self._table("steps", columns, [amount])

    def _parts(self, own: list[Step]) -> dict[str, list[object]]:
        """When the parts of lead times begin, where any are stated of the steps here."""
        if not any(day for step in own for day in step.parts):
            return {}
        heads = (text(Message(f"planbook.column_{part}"), self.language) for part in PARTS)
        days = zip(*(step.parts_begin for step in own), strict=True)
        return {head: list(column) for head, column in zip(heads, days, strict=True)}

    def _table(
        self,
        name: str,
        columns: dict[str, list[object]],
        numbers: list[str],
        *,
        unit: str = "",
        most: int = 24,
        decimals: int | None = None,
    ) -> Table:
        frame = pd.DataFrame(columns)
        largest = max((float(frame[head].abs().max()) for head in numbers if len(frame)), default=0.0)
        shown = decimals if decimals is not None else 0 if largest >= 1000 else 1 if largest >= 100 else 2
        view = View(
            name, say(f"plant.{name}", self.language, unit=unit), frame, dict.fromkeys(numbers, shown)
        )
        return table_of(view, self.language, numbers, most=most)


def validity(permit: Permit) -> str:
    """From the first to the last day of validity; the case states the day after it."""
    last = permit.valid_to and permit.valid_to - timedelta(days=1)
    return f"{permit.valid_from or '…'} – {last or '…'}"
