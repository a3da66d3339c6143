"""Decisions that are stated but decide nothing: free steps, columns without effect, rules that bind nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redmud_opt.case.case import Case
from redmud_opt.case.licences import ANY_CODE, covered, covering, exempt_codes
from redmud_opt.case.listing import given_materials, letters, listed_letters, requirements
from redmud_opt.case.steps import places_of_arisings, places_of_lines, under_construction
from redmud_opt.case.works import Line


def _free_steps(case: Case) -> Iterator[str]:
    """Steps that cost nothing to build."""
    sized = {row.item for row in case.tiers}
    for row in case.lines:
        if row.candidate and row.capex_cny is None and row.name not in sized:
            yield row.name
    for yard in case.storages:
        if yard.candidate and yard.capex_cny is None:
            yield yard.name


def _idle(case: Case, line: Line) -> Iterator[str]:
    """Columns of a line that stands which have no effect there."""
    building = under_construction(case, line)
    worth = line.opens is not None and line.capex_cny is not None
    if line.lead_time_months is not None and not building:
        yield "lead_time_months"
    if line.spend_profile and line.capex_cny is not None and not building:
        yield "spend_profile"
    if line.capex_cny is not None and not building and not (worth and line.life_a is not None):
        yield "capex_cny"
    if line.life_a is not None and not worth:
        yield "life_a"
    if line.ramp_up and line.opens is None:
        yield "ramp_up"


def _idle_columns(case: Case) -> Iterator[str]:
    for row in case.lines:
        if not row.candidate:
            yield from (f"{row.name}.{column}" for column in _idle(case, row))
    for yard in case.storages:
        if yard.area_m2 is not None and yard.height_m is None:
            yield f"{yard.name}.area_m2"
        if yard.closure_cost_cny and yard.closes is None and not yard.may_close:
            yield f"{yard.name}.closure_cost_cny"


def _capped_sizes(case: Case) -> Iterator[str]:
    """Candidates whose steps of size end below their capacity."""
    widths: dict[str, list[float | None]] = {}
    for row in case.tiers:
        widths.setdefault(row.item, []).append(row.width_t)
    for line in case.lines:
        held = [width for width in widths.get(line.name, ()) if width is not None]
        ends = held and len(held) == len(widths[line.name])
        if ends and line.capacity is not None and sum(held) < line.capacity * (1 - 1e-9):
            yield line.name


def _idle_rules(case: Case) -> Iterator[str]:
    """Rules, limits and budgets that hold whatever is decided."""
    for rule in case.logic:
        count, members = rule.count or 0, len(case.members(rule.first))
        if (rule.kind == "at_least" and count == 0) or (rule.kind == "at_most" and count >= members):
            yield rule.name
    places, places_of_sites = places_of_lines(case), places_of_arisings(case)
    sized = {row.item for row in case.tiers}
    for limit in case.limits:
        at = set(case.members(limit.at)) if limit.at else None
        steps = (row for row in case.lines if row.candidate)
        if limit.measure == "built" and not any(at is None or at & {r.name, *places[r.name]} for r in steps):
            yield limit.name
    for budget in case.budgets:
        scope = set(case.members(budget.scope)) if budget.scope else None
        spent = (
            row
            for row in case.lines
            if under_construction(case, row) or (row.candidate and (row.capex_cny or row.name in sized))
        )
        adopted = [places_of_sites[row.arising] for row in case.reductions if row.capex_cny]
        found = [*(places[row.name] for row in spent), *_yards_to_pay(case), *adopted]
        if not any(scope is None or scope & here for here in found):
            yield budget.name


def _yards_to_pay(case: Case) -> Iterator[set[str]]:
    """Whose and where every yard is that may be enlarged or built for money."""
    sites = {row.name: row for row in case.sites}
    raised = {row.storage for row in case.raises if row.capex_cny}
    for row in case.storages:
        site = sites.get(row.site)
        if site is not None and (row.name in raised or (row.candidate and row.capex_cny)):
            yield {site.name, site.owner, site.province} - {""}


def _idle_refunds(case: Case) -> Iterator[str]:
    """Refunds of nothing: the tax deducted is no less than the tax due, or no listed waste is fed there."""
    facility = {row.name: row.facility for row in case.lines}
    wastes = {row.name for row in case.materials if row.legal_status in ("general_waste", "hazardous_waste")}
    for row in case.vat_refunds:
        runs = {run.process for run in case.line_processes if facility.get(run.line) == row.facility}
        runs &= {output.process for output in case.outputs if output.material == row.product}
        fed = {m for feed in case.feeds if feed.process in runs for m in case.members(feed.material)}
        listed = set(case.members(row.waste)) if row.waste else wastes
        due = row.vat_rate * row.price_cny_per_t
        if row.rate == 0 or due <= row.input_vat_cny_per_t * (1 + 1e-9) or not fed & listed & wastes:
            yield f"{row.facility} / {row.product}"


def _outlasting(case: Case) -> Iterator[str]:
    """Contracts that ask for something beyond the horizon."""
    end = case.periods[-1].end
    for row in case.contracts:
        if row.valid_to is None:
            if row.take_or_pay_t_per_a is not None:
                yield row.name
        elif row.valid_to > end:
            yield row.name


def _idle_contracts(case: Case) -> Iterator[str]:
    """Contracts that nothing is under."""
    covering = {row.contract for row in case.outlets} | {row.contract for row in case.supplies}
    covering |= {row.contract for row in case.lines}
    yield from (row.name for row in case.contracts if row.name not in covering)


def _cut_relinings(case: Case) -> Iterator[str]:
    """Campaigns of relining of which a part lies outside the horizon and does not count."""
    begin, end = case.periods[0].start, case.periods[-1].end
    for row in case.relinings:
        if row.starts < begin or row.ends > end:
            yield row.name


def _doubled_relinings(case: Case) -> Iterator[str]:
    """Campaigns whose waste arises at the same site by the table `arisings` too."""
    stated = {(row.site, row.material) for row in case.arisings}
    for row in case.relinings:
        if (row.site, row.material) in stated:
            yield row.name


def _two_scopes(case: Case) -> Iterator[str]:
    """CO2e by a row of the process and by the factor of its input: right only if the row holds the stack alone."""
    factors = {row.material for row in case.factors if row.account == "co2e_t"}
    emitting = {row.process for row in case.emissions if row.account == "co2e_t"}
    for row in case.inputs:
        if row.process in emitting and row.material in factors:
            yield f"{row.process} / {row.material}"


def _idle_factors(case: Case) -> Iterator[str]:
    """Factors of what no process takes, and amounts avoided by what never leaves."""
    taken = {row.material for row in case.inputs}
    yield from (row.material for row in case.factors if row.material not in taken)
    sold = {material for row in case.outlets for material in case.members(row.material)}
    run = {row.process for row in case.line_processes}
    there = sold | run | {row.name for row in case.outlets}
    yield from (row.item for row in case.avoided if row.item not in there)


def _other_letters(case: Case) -> Iterator[str]:
    """Hazardous wastes whose letters are not those of the list."""
    for row in case.materials:
        if row.name in given_materials(case) and row.legal_status == "hazardous_waste" and row.hazard:
            of_list = listed_letters(case, row.code)
            if of_list and letters(row.hazard) != of_list:
                yield f"{row.name}: {row.hazard} ({row.code}: {','.join(sorted(of_list))})"


def _idle_permits(case: Case) -> Iterator[str]:
    """Permits of receivers that take no hazardous waste of the code, nor a residue that may get it from its feeds."""
    lines = {row.name: row.facility for row in case.lines}
    taken: dict[str, set[str]] = {row.name: set(case.members(row.material)) for row in case.outlets}
    taken |= {row.name: set(case.members(row.material)) for row in case.storages}
    fed: dict[str, set[str]] = {}
    for feed in case.feeds:
        fed.setdefault(feed.process, set()).update(case.members(feed.material))
    for run in case.line_processes:
        taken.setdefault(lines.get(run.line, ""), set()).update(fed.get(run.process, ()))
    made = {row.material for row in case.outputs}
    rows = {row.name: row for row in case.materials}
    for permit in case.permits:
        materials = [rows[name] for name in taken.get(permit.receiver, ()) if name in rows]
        if not any(row.code == permit.code or row.name in made for row in materials):
            yield permit.name


def _unlicensed_approvals(case: Case) -> Iterator[str]:
    """Approvals whose receiver has neither a permit nor an exemption of the code, where permits are asked for."""
    held = {(row.receiver, row.code) for row in case.permits} | set(exempt_codes(case))
    for row in case.approvals if requirements(case, "permit") else ():
        if row.kind == "approval" and row.code != "general" and (row.receiver, row.code) not in held:
            yield row.name


def _open_to_all(case: Case) -> Iterator[str]:
    """Exempt uses by the item for any waste, which is about one sender and one user: by its days, or by its clause.

    Own items of the code go first where the clause names one of them, or neither.
    """
    general = {row.item for row in covering(case, ANY_CODE)}
    for (receiver, code), exemptions in exempt_codes(case).items() if requirements(case, "permit") else ():
        items = [row for row in covering(case, code) if row.code == code]
        own = {row.item for row in items}
        backed = all(covered(items, period) for period in case.periods)
        cited = [set(re.findall(r"[\w-]+", row.clause)) for row in exemptions]
        if general and not (backed and all(words & own or not words & general for words in cited)):
            yield f"{code} / {receiver}"


def _idle_targets(case: Case) -> Iterator[str]:
    """Hard targets that a stricter one on the same rate, scope and years makes idle."""
    for k, row in enumerate(case.targets):
        about = (row.waste_class, row.scope, row.rate, row.iron)
        for n, other in enumerate(case.targets):
            same = (other.waste_class, other.scope, other.rate, other.iron) == about
            stricter = other.at_least > row.at_least or (other.at_least == row.at_least and n < k)
            if row.hard and other.hard and same and stricter and other.year in (None, row.year):
                yield row.name
                break


def oddities(case: Case) -> dict[str, list[str]]:
    """Key of the message → what it names."""
    return {
        "case.flag_free_step": list(_free_steps(case)),
        "case.flag_idle_column": list(_idle_columns(case)),
        "case.flag_size_capped": list(_capped_sizes(case)),
        "case.flag_binds_nothing": list(_idle_rules(case)),
        "case.flag_idle_target": list(_idle_targets(case)),
        "case.flag_no_refund": list(_idle_refunds(case)),
        "case.flag_contract_outlasts": list(_outlasting(case)),
        "case.flag_idle_contract": list(_idle_contracts(case)),
        "case.flag_relining_cut": list(_cut_relinings(case)),
        "case.flag_relining_twice": list(_doubled_relinings(case)),
        "case.flag_two_scopes": list(dict.fromkeys(_two_scopes(case))),
        "case.flag_other_letters": list(_other_letters(case)),
        "case.flag_idle_permit": list(_idle_permits(case)),
        "case.flag_unlicensed_approval": list(_unlicensed_approvals(case)),
        "case.flag_open_to_all": list(_open_to_all(case)),
        "case.flag_idle_exemption": [f"{r.code} / {r.receiver}" for r in case.exemptions if r.link != "use"],
        "case.flag_no_burden": list(dict.fromkeys(_idle_factors(case))),
    }
