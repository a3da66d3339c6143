"""What arises, and the options that change it: less of it, another material instead, more of it.

    stated    amount (or production × factor) × days ÷ days of the year × calendar, in periods of `during`
              of a campaign of relining: pots × lining per pot × its days in the period ÷ its days
    due       stated − avoided − changed + added (of a switch: added of the material that it becomes)

    start     max(decision + lead, earliest); without capex and without `whole` as if decided on the first day
    in_force  share of the days of the period from the start on
    tonnes    avoided (reduction), changed (switch) or added (expansion) ≤ share × stated from the start on;
              = if `whole`
    added     factor × changed of a switch
    Σ avoided + changed ≤ stated from the first day on that any option of the arising can be in force
    cost_cny = cost × (avoided + changed),  margin_cny = margin × added (expansion)
    capex_cny in the period of the decision

docs/decisions.md 'Arisings'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from redmud_opt.case.things import Arising, ReductionOption, Relining
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at
from redmud_opt.plan.audit.plant import months_from
from redmud_opt.plan.audit.rows import Reduced


def stated_t(book: Book, row: Arising | Relining, t: int, since: date = date.min) -> float:
    """What the case says arises in a period, or in it from a day on."""
    if isinstance(row, Relining):
        inside = book.dates.open_share(max(row.starts, since), row.ends, t) * book.dates.periods[t].days
        return row.pots * row.lining_t_per_pot * inside / (row.ends - row.starts).days
    if t not in book.dates.during(row.during):
        return 0.0
    amount = row.amount_t
    if amount is None:
        amount = (row.production_t or 0.0) * (row.factor_t_per_t or 0.0)
    share = book.dates.fraction(row.per, t) * book.dates.calendar_share(row.calendar, t)
    return amount * share * book.dates.open_share(since, None, t)


def arising_due(book: Book) -> Iterator[tuple[tuple[str, str, int], float]]:
    """((arising, material, period), tonnes) of all that arises by the case and the options of the plan."""
    for name, row in book.facts.arisings.items():
        for t in range(len(book.dates.periods)):
            yield (name, row.material, t), stated_t(book, row, t)
    for own in book.reductions:
        option = book.facts.reductions[own.option]
        material = book.facts.arisings[option.arising].material
        yield (option.arising, material, own.t), -own.avoided - own.changed
        more = option.becomes if _kind(option) == "switch" else material
        yield (option.arising, more, own.t), own.added


def _kind(option: ReductionOption) -> str:
    return option.kind or ("switch" if option.becomes else "reduction")


def _needs_decision(option: ReductionOption) -> bool:
    return option.whole or option.capex_cny > 0.0


def reductions(book: Book) -> tuple[Check, ...]:
    """Options are applied as far as they may be, from when they may be, at their price."""
    findings = Findings("reductions")
    by_option: dict[str, dict[int, Reduced]] = defaultdict(dict)
    for own in book.reductions:
        by_option[own.option][own.t] = own
        _named(findings, book, own)
        _tonnes(findings, book, own)
        _money(findings, book, own)
    for name, rows in by_option.items():
        _decision(findings, book, book.facts.reductions[name], rows)
    _within(findings, book)
    return findings.checks()


def _named(findings: Findings, book: Book, own: Reduced) -> None:
    """What a row says of its option is so."""
    option = book.facts.reductions[own.option]
    right = (_kind(option), option.arising, book.facts.arisings[option.arising].site)
    if (own.kind, own.arising, own.site) == right:
        findings.rows += 1
    else:
        findings.fault("wrong_option", book.where(own.t, own.option), option=own.option, right=right)


def _tonnes(findings: Findings, book: Book, own: Reduced) -> None:
    """Tonnes stand in the column of their kind; what arises instead is the factor of what is changed."""
    option, where = book.facts.reductions[own.option], book.where(own.t, own.option)
    kind = _kind(option)
    if kind != "reduction":
        findings.nothing("wrong_kind", where, own.avoided, kind=kind)
    if kind != "switch":
        findings.nothing("wrong_kind", where, own.changed, kind=kind)
    if kind != "expansion":
        factor = option.factor_t_per_t if kind == "switch" else 0.0
        findings.equal("added", where, own.added, factor * own.changed, option=own.option)


def applied(book: Book, own: Reduced) -> float:
    """Tonnes of the arising avoided, changed or added."""
    kind = _kind(book.facts.reductions[own.option])
    return {"reduction": own.avoided, "switch": own.changed, "expansion": own.added}[kind]


def costs(book: Book, own: Reduced) -> tuple[float, float]:
    """(cost, margin) of a row, undiscounted."""
    option = book.facts.reductions[own.option]
    tonnes = applied(book, own)
    return option.cost_cny_per_t * tonnes, (option.margin_cny_per_t or 0.0) * tonnes


def _money(findings: Findings, book: Book, own: Reduced) -> None:
    where = book.where(own.t, own.option)
    cost, margin = costs(book, own)
    findings.equal("cost", where, own.cost, cost, option=own.option)
    findings.equal("cost", where, own.margin, margin, option=own.option)
    due = book.facts.reductions[own.option].capex_cny if own.decided == own.t else 0.0
    findings.equal("capex", where, own.capex, due, option=own.option)


def _start(book: Book, option: ReductionOption, decided: int) -> date:
    """The first day in force of what is decided on the first day of a period."""
    start = months_from(book.dates.periods[decided].start, option.lead_time_months or 0)
    return start if option.earliest is None else max(start, option.earliest)


def _decision(findings: Findings, book: Book, option: ReductionOption, rows: dict[int, Reduced]) -> None:
    """One decision at most, and nothing before it is in force."""
    decided = {own.decided for own in rows.values()}
    if len(decided) > 1 or (None in decided) == _needs_decision(option):
        findings.fault("not_decided", option.name, option=option.name)
        return
    first = decided.pop() or 0
    if _needs_decision(option) and first not in rows:
        findings.fault("not_decided", at(option.name, book.period(first)), option=option.name)
    start = _start(book, option, first)
    for t in range(len(book.dates.periods)):
        own = rows.get(t)
        share = book.dates.open_share(start, None, t)
        where = book.where(t, option.name)
        most = option.share * stated_t(book, book.facts.arisings[option.arising], t, start)
        tonnes = 0.0 if own is None else applied(book, own)
        if own is not None:
            findings.equal("in_force", where, own.in_force, share, option=option.name)
        findings.at_most("over_share", where, tonnes, most, option=option.name)
        if option.whole:
            findings.at_least("half_measure", where, tonnes, most, option=option.name)


def _within(findings: Findings, book: Book) -> None:
    """No more of an arising is avoided and changed than there is."""
    gone: Tally[tuple[str, int]] = Tally()
    for own in book.reductions:
        gone.add((book.facts.reductions[own.option].arising, own.t), own.avoided + own.changed)
    first: dict[str, date] = {}
    for option in book.facts.reductions.values():
        if _kind(option) != "expansion":
            first[option.arising] = min(_start(book, option, 0), first.get(option.arising, date.max))
    for name, t in gone:
        most = stated_t(book, book.facts.arisings[name], t, first.get(name, date.min))
        findings.at_most("over_arising", book.where(t, name), gone[name, t], most, arising=name)
