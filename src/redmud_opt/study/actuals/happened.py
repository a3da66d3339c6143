"""What happened as a book: what was reported, and what follows from it where nobody reported it; each step is said.

made     where a line's feed is reported and its output is not: feed × yield of the plan
sold     where loads went to an outlet and no sale is reported: what was shipped there
shipped  where a sale is reported and no load to its site: from the only site that the plan ships from
stock    opening + arising + in + made − out − fed − sold − placed, in the only storage there;
         a place where everything stays: that much is placed
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from redmud_opt.case.actuals import Record
from redmud_opt.case.case import Period
from redmud_opt.case.faults import Fault
from redmud_opt.case.works import Storage
from redmud_opt.i18n import Message, Tonnes
from redmud_opt.study.actuals.books import Book, Key, Places, left_at
from redmud_opt.study.actuals.yields import Yields

NOTHING_T = 0.5
"""Less than this is no difference: files are rounded to tonnes."""

CLOSE_SHARE = 1e-3
"""Part of what came in that may remain unexplained where nothing can lie; more is a fault."""


@dataclass
class Happened:
    """What happened until the cut-off. derived: what nobody reported; faults: why stocks cannot be rolled.

    measured: (storage, material) → tonnes at the cut-off; wet: of what was shipped, like the book; production: of
    (site, material), of the product that the waste comes from; revenue: (outlet, material) → (dry tonnes that have a
    price, CNY); untold: what the plan has and no file speaks of.
    """

    book: Book
    reported: set[tuple[str, Key]]
    measured: dict[Key, float] = field(default_factory=dict)
    wet: dict[Key, dict[str, float]] = field(default_factory=dict)
    production: dict[Key, float] = field(default_factory=dict)
    revenue: dict[Key, tuple[float, float]] = field(default_factory=dict)
    remarks: list[Message] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    untold: set[tuple[str, Key]] = field(default_factory=set)

    def say(self, key: str, **values: object) -> None:
        """Something that is taken for granted."""
        self.remarks.append(Message(f"actuals.{key}", values))

    def fault(self, key: str, remedy: str | None = None, /, **values: object) -> None:
        """Something without which stocks cannot be rolled."""
        found = None if remedy is None else Message(f"actuals.{remedy}")
        self.faults.append(Fault("", 0, "", Message(f"actuals.{key}", values), found))


def key_of(record: Record) -> Key:
    """The thing and the material of a record."""
    at = {
        "shipped": (record.site, record.to),
        "fed": (record.line,),
        "sold": (record.outlet,),
        "placed": (record.storage,),
        "stock": (record.storage,),
    }.get(record.measure, (record.site,))
    return (*at, record.material)


class Happening:
    """Makes the book of what happened in some periods."""

    def __init__(
        self, records: tuple[Record, ...], places: Places, plan: Book, yields: Yields, periods: list[Period]
    ) -> None:
        self.places, self.plan, self.yields, self.periods = places, plan, yields, periods
        self.names = [period.name for period in periods]
        self.found = Happened(Book(), set())
        self.book = self.found.book
        self.untold = self.found.untold
        for record in records:
            self._take(record)

    def run(self) -> Happened:
        """The book, completed."""
        self._unreported()
        self._made()
        self._sold()
        self._shipped()
        for site, material in self._nodes():
            self._left(site, material)
        self._bought()
        return self.found

    def _take(self, record: Record) -> None:
        period = next((p.name for p in self.periods if p.start <= record.start and record.end <= p.end), None)
        key = key_of(record)
        if record.measure == "stock":
            if record.end >= self.periods[-1].end or (
                record.is_load and record.start == self.periods[-1].end
            ):
                self.found.measured[key] = self.found.measured.get(key, 0.0) + record.dry_t
            else:
                self.found.say("stock_of_another_day", day=record.start, storage=key[0], material=key[1])
            return
        if period is None:
            return
        self.found.reported.add((record.measure, key))
        self.book.add(record.measure, key, period, record.dry_t)
        if record.measure == "shipped":
            wet = self.found.wet.setdefault(key, {})
            wet[period] = wet.get(period, 0.0) + record.wet_t
            if record.outlet:
                self.found.reported.add(("delivered", (record.outlet, record.material)))
                self.book.amounts.setdefault("delivered", {})
                self.book.add("delivered", (record.outlet, record.material), period, record.dry_t)
        if record.production_t is not None:
            self.found.production[key] = self.found.production.get(key, 0.0) + record.production_t
        if record.price_cny_per_t is not None:
            outlet = key if record.measure == "sold" else (record.outlet, record.material)
            tonnes, money = self.found.revenue.get(outlet, (0.0, 0.0))
            paid = record.price_cny_per_t * record.dry_t
            self.found.revenue[outlet] = (tonnes + record.dry_t, money + paid)

    # ---- what nobody reported

    def _unreported(self) -> None:
        """What the plan has in these periods, and no file speaks of."""
        reported = self.found.reported
        sold = {key for measure, key in reported if measure in ("sold", "delivered")}
        taken = {(self.places.outlet_site[outlet], material) for outlet, material in sold}
        for measure in ("arising", "shipped", "fed", "sold"):
            for key in self.plan.keys(measure):
                tonnes = self.plan.total(measure, key)
                told = (measure, key) in reported
                told |= (measure == "sold" and key in sold) or (measure == "shipped" and key[1:] in taken)
                if not told and tonnes > NOTHING_T:
                    self.untold.add((measure, key))
                    what = Message(f"actuals.measure_{measure}")
                    values = {"what": what, "at": " → ".join(key[:-1]), "material": key[-1]}
                    self.found.fault("not_reported", "report_or_zero", **values, planned=Tonnes(tonnes))

    def _made(self) -> None:
        derived: dict[tuple[str, str], float] = defaultdict(float)
        for key in self.book.keys("fed"):
            line, material = key
            site = self.places.line_site[line]
            outputs = self.yields.outputs(key)
            if not outputs and self.book.total("fed", key):
                self.found.fault("no_yield", None, line=line, material=material)
            for output in sorted(outputs):
                if ("made", (site, output)) in self.found.reported:
                    continue
                for period in self.names:
                    per_t = self.yields.made(key, period).get(output, 0.0)
                    tonnes = per_t * self.book.of("fed", key, period)
                    self.book.add("made", (site, output), period, tonnes)
                    derived[site, output] += tonnes
        made = [
            Message("actuals.made_one", {"site": site, "material": output, "made": Tonnes(tonnes)})
            for (site, output), tonnes in derived.items()
            if tonnes > NOTHING_T
        ]
        if made:
            self.found.say("made_by_plan", made=tuple(made))

    def _sold(self) -> None:
        delivered = self.book.amounts.pop("delivered", {})
        for key, series in delivered.items():
            if ("sold", key) not in self.found.reported:
                self.found.reported.add(("sold", key))
                for period, tonnes in series.items():
                    self.book.add("sold", key, period, tonnes)

    def _shipped(self) -> None:
        for key in self.book.keys("sold"):
            outlet, material = key
            site = self.places.outlet_site[outlet]
            here = any(k[1] == site for k in self.book.keys("shipped", material))
            own = any(self.book.total(m, (site, material)) for m in ("arising", "made"))
            senders = {k[0] for k in self.plan.keys("shipped", material) if k[1] == site}
            if here or own or len(senders) != 1:
                continue
            (sender,) = senders
            for period in self.names:
                self.book.add("shipped", (sender, site, material), period, self.book.of("sold", key, period))
            self.found.say("shipped_as_sold", outlet=outlet, material=material, site=sender)

    # ---- what is left at a site

    def _nodes(self) -> list[tuple[str, str]]:
        """(site, material) that anything is said of."""
        found: dict[tuple[str, str], None] = {}
        for storage, material in self.places.opening:
            found[self.places.storages[storage].site, material] = None
        for measure, held in self.book.amounts.items():
            for key in held:
                found[self.places.site_of(measure, key), key[-1]] = None
                if measure == "shipped":
                    found[key[1], key[-1]] = None
        return [node for node in found if node[1] not in self.places.bought]

    def _bought(self) -> None:
        """What is bought lies where it lay, or as it was measured: nobody reports how much was bought."""
        for key, tonnes in self.places.opening.items():
            if key[1] in self.places.bought:
                lies = self.found.measured.get(key, tonnes)
                self.book.amounts["stock"][key] = dict.fromkeys(self.names, lies)
                if key not in self.found.measured:
                    self.found.say("bought_as_before", storage=key[0], material=key[1])

    def _left(self, site: str, material: str) -> None:
        """Where what is left at a site lies, period by period."""
        stores = list(self.places.stores(site, material))
        measured = {row.name: self.found.measured[row.name, material] for row in stores
                    if (row.name, material) in self.found.measured}  # fmt: skip
        opening = {row.name: self.places.opening.get((row.name, material), 0.0) for row in stores}
        left, came = sum(opening.values()), sum(opening.values())
        taker = self._taker(site, material, stores, measured)
        others = {name: tonnes for name, tonnes in measured.items() if taker is None or name != taker.name}
        for number, period in enumerate(self.names):
            more = left_at(self.book, self.places, site, material, period)
            left, came = left + more, came + max(0.0, more)
            if taker is None:
                continue
            last = number == len(self.names) - 1
            if self._places_all(taker, material, measured):
                kept = measured.get(taker.name, 0.0) if last else 0.0
                placed = max(0.0, left - kept) if last or not taker.retrievable else 0.0
                self.book.add("placed", (taker.name, material), period, placed)
                left -= placed
            rest = sum(others.values()) if last else 0.0
            self.book.amounts["stock"].setdefault((taker.name, material), {})[period] = left - rest
        for name, tonnes in others.items() if taker is not None else ():
            self.book.amounts["stock"].setdefault((name, material), {})[self.names[-1]] = tonnes
        self._judge(site, material, left, came, taker, stores)

    def _places_all(self, taker: Storage, material: str, measured: dict[str, float]) -> bool:
        """Whether what is left is placed for good, as nobody says how much was."""
        if ("placed", (taker.name, material)) in self.found.reported or not taker.final:
            return False
        return not taker.retrievable or taker.name in measured

    def _taker(
        self, site: str, material: str, stores: list[Storage], measured: dict[str, float]
    ) -> Storage | None:
        """The storage that what is left must lie in: the only one, or the only one that nobody measured."""
        open_ = [row for row in stores if row.retrievable or not self._placed(row, material)]
        unsure = [row for row in open_ if len(open_) > 1 and row.name not in measured]
        found = unsure if len(unsure) == 1 else open_[:1] if not unsure else []
        if not found:
            return None
        taker = found[0]
        both = taker.final and taker.retrievable
        if both and not self._placed(taker, material) and taker.name not in measured:
            self.found.fault("say_placed", "report_placed", storage=taker.name, material=material)
        elif self._places_all(taker, material, measured):
            self.found.say("placed_as_left", storage=taker.name, material=material)
        return taker

    def _placed(self, row: Storage, material: str) -> bool:
        return ("placed", (row.name, material)) in self.found.reported

    def _judge(
        self, site: str, material: str, left: float, came: float, taker: Storage | None, stores: list[Storage]
    ) -> None:
        """What is left where nothing can lie, or less than nothing."""
        values = {"site": site, "material": material, "left": Tonnes(abs(left))}
        slack = max(NOTHING_T, CLOSE_SHARE * came)
        if left < -slack:
            self.found.fault("more_out_than_in", "check_reports", **values)
        elif taker is None and left > slack:
            key = "left_in_which" if stores else "left_over"
            names = tuple(row.name for row in stores)
            self.found.fault(key, "check_reports", **values, **({"names": names} if stores else {}))
        elif (taker is None and left > NOTHING_T) or left < -NOTHING_T:
            self.found.say("not_explained", **values)
