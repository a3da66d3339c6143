"""Tables of rules: law, permits, contracts, limits, logic, targets.

Row classes of the schema, part three; see `things` for the conventions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from redmud_opt.case.burdens import BURDENS
from redmud_opt.case.columns import Row, choice, day, flag, integer, name, number, reference, text
from redmud_opt.case.things import WASTE_CLASSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Method(Row):
    """Rule pack: what a method code counts as from a date on."""

    TABLE: ClassVar[str] = "methods"
    ENFORCED: ClassVar[bool] = True
    code: str = text("method code", required=True, key=True)
    meaning: str = choice("use disposal pretreatment", "what it counts as", required=True)
    valid_from: date | None = day("first day", key=True)
    valid_to: date | None = day("day after the last")
    label_en: str = text("label in English")
    label_zh: str = text("label in Chinese")
    clause: str = text("clause")


REQUIREMENTS = "code permit approval adjacency general_approval filing assessment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement(Row):
    """Rule pack: what the law asks for before waste may be received, moved or placed.

    code: a hazardous waste has a code of the list in force. permit: who receives hazardous waste of others holds a
    permit for code and method, or an exemption of the use step. approval: hazardous waste crosses the border of a
    province only under an approval. adjacency: for disposal only into adjacent or agreement provinces, or to
    facilities planned for the nation. general_approval: general waste leaves the province for storage or disposal
    only under an approval. filing: general waste that leaves it for use is filed. assessment: what takes waste by
    this method has its risk assessment first.
    """

    TABLE: ClassVar[str] = "requirements"
    ENFORCED: ClassVar[bool] = True
    rule: str = choice(REQUIREMENTS, "what is asked for", required=True, key=True)
    method: str = text("method code that it speaks of (assessment); blank: any", key=True)
    valid_from: date | None = day("first day", required=True, key=True)
    valid_to: date | None = day("day after the last")
    limit_months: float | None = number("months", "longest validity (approval)")
    clause: str = text("clause", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class WasteCode(Row):
    """Rule pack: a listed hazardous waste; hazard `none`: listed as not hazardous."""

    TABLE: ClassVar[str] = "codes"
    ENFORCED: ClassVar[bool] = True
    code: str = text("code, e.g. 321-023-48", required=True, key=True)
    hazard: str = text("hazard letters", required=True)
    label_en: str = text("label in English")
    label_zh: str = text("label in Chinese")
    valid_from: date | None = day("first day", required=True, key=True)
    valid_to: date | None = day("day after the last")
    clause: str = text("clause", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageClock(Row):
    """Rule pack: how long a clocked waste may be stored, and whom that binds.

    A storage binds by the role of its site's owner; where that is neither a producer nor a licensed operator, by the
    clock of the material. Where several rows are in force in a period, all of them hold. A case may state the clock
    that its own producers filed, beside any rule pack: it takes the place of the pack's soft rows for producers.
    """

    TABLE: ClassVar[str] = "clocks"
    ENFORCED: ClassVar[bool] = True
    role: str = choice("producer licensed_operator", "whom it binds", required=True, key=True)
    limit_months: int = integer(
        "longest storage, calendar months from the date of arising", required=True, minimum=1
    )
    hard: bool = flag("hard, or soft and priced", default=True, key=True)
    price_cny_per_t_a: float = number(
        "CNY/(t a)", "soft clock: price of a tonne that lies there a year beyond its limit", default=0.0
    )
    extension_months: int = integer("longest extension that may be granted, calendar months", default=0)
    aggregate: bool = flag(
        "soft clock: no ages in the model; what lies too long is worked out after the solve, first in first out"
    )
    valid_from: date | None = day("first day", key=True)
    valid_to: date | None = day("day after the last")
    clause: str = text("clause", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause(Row):
    """Rule pack: a clause of a standard, a law or a buyer's specification; a number cell may take its limit."""

    TABLE: ClassVar[str] = "clauses"
    ENFORCED: ClassVar[bool] = True
    name: str = text("name that number cells take the limit by", required=True, key=True)
    valid_from: date | None = day("first day", key=True)
    valid_to: date | None = day("day after the last")
    standard: str = text("standard, law or specification", required=True)
    clause: str = text("number of the clause")
    subject: str = text("what it speaks of, in English", required=True)
    subject_zh: str = text("what it speaks of, in Chinese")
    binding: str = choice(
        "law standard specification target practice", "what gives it force", default="standard"
    )
    sense: str = choice("max min equal", "how the limit binds; blank: words only")
    value: float | None = number("of the clause", "the limit", minimum=None)
    unit: str = text("unit of the limit")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedExemption(Row):
    """Rule pack: an item of the list of exempt management of hazardous wastes."""

    TABLE: ClassVar[str] = "exemption_list"
    ENFORCED: ClassVar[bool] = True
    item: str = text("number of the item", required=True, key=True)
    code: str = text("waste code, or any", required=True, key=True)
    valid_from: date | None = day("first day", required=True, key=True)
    valid_to: date | None = day("day after the last")
    link: str = choice("use transport storage disposal all", "link that is exempt", default="use")
    condition: str = text("condition, in English")
    condition_zh: str = text("condition, in Chinese")
    clause: str = text("clause", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class VatItem(Row):
    """Rule pack: an item of the list of products whose value-added tax is refunded."""

    TABLE: ClassVar[str] = "vat_list"
    ENFORCED: ClassVar[bool] = False
    item: str = text("number of the item", required=True, key=True)
    product: str = text("products, in English", required=True, key=True)
    product_zh: str = text("products, in Chinese")
    wastes: str = text("wastes that the item names")
    valid_from: date | None = day("first day", key=True)
    valid_to: date | None = day("day after the last")
    threshold: float | None = number("1", "least share of listed waste in the raw material", maximum=1)
    rate: float | None = number("1", "share of the net tax refunded", maximum=1)
    clause: str = text("clause")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTarget(Row):
    """Rule pack: a target that a government or a group has set; a case states which of them bind it."""

    TABLE: ClassVar[str] = "target_list"
    ENFORCED: ClassVar[bool] = False
    jurisdiction: str = text("who has set it", required=True, key=True)
    waste_class: str = choice(WASTE_CLASSES, "waste class", required=True, key=True)
    year: int = integer("calendar year", required=True, minimum=1900, maximum=9999, key=True)
    measure: str = text("what is counted, in English", required=True, key=True)
    at_least: float = number("1", "least rate", required=True, maximum=1)
    clause: str = text("document")


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit(Row):
    """Receiver × code × method × tonnes a year × validity. Several of one receiver and code add up.

    Hazardous waste of others is received under a permit; own waste needs none at the site where it arises or is made.
    """

    TABLE: ClassVar[str] = "permits"
    ENFORCED: ClassVar[bool] = True
    name: str = name("number of the permit")
    receiver: str = reference("facilities outlets storages", "who may receive", required=True)
    code: str = text("waste code", required=True)
    method: str = text("method code; blank: any. To store any permit of the storage will do")
    amount_t_per_a: float = number("t/a", "tonnes a year", required=True)
    basis: str = choice("dry as_received", "mass it refers to", default="as_received")
    valid_from: date | None = day("first day", required=True)
    valid_to: date | None = day("day after the last", required=True)
    point_to_point_from: str = reference(
        "sites", "sender of a point-to-point scheme: it is for use of what comes straight from there"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption(Row):
    """Code × receiver that needs no permit for the use step; storage and transport keep all their rules."""

    TABLE: ClassVar[str] = "exemptions"
    ENFORCED: ClassVar[bool] = True
    code: str = text("waste code", required=True, key=True)
    receiver: str = reference("facilities outlets", "receiver; blank: all", groups=True, key=True)
    link: str = choice("use transport storage", "link that is exempt", default="use")
    condition: str = text("condition")
    clause: str = text("clause", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(Row):
    """Waste over the border of a province: the approval that it needs, or the filing of what is used there.

    A period counts if the row is valid on any day of it; the tonnes are those of the whole validity and are never
    prorated.
    """

    TABLE: ClassVar[str] = "approvals"
    ENFORCED: ClassVar[bool] = True
    name: str = name("number of the approval")
    from_province: str = reference("provinces", "from", required=True)
    to_province: str = reference("provinces", "to", required=True)
    code: str = text("waste code or general", required=True)
    receiver: str = reference("facilities outlets storages", "receiver", required=True)
    kind: str = choice("approval filing", "approval, or filing of general waste for use", default="approval")
    purpose: str = choice(
        "use disposal",
        "what a hazardous waste is approved for; blank: use where the receiver only uses it, else disposal",
    )
    amount_t: float = number("t", "tonnes over the whole validity", required=True)
    basis: str = choice("dry as_received", "mass it refers to", default="as_received")
    valid_from: date | None = day("first day", required=True)
    valid_to: date | None = day("day after the last", required=True)
    cost_cny_per_t: float = number("CNY/t", "cost per tonne moved under it, in its basis", default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(Row):
    """A province that has agreed to take hazardous waste of another for disposal."""

    TABLE: ClassVar[str] = "agreements"
    ENFORCED: ClassVar[bool] = True
    from_province: str = reference("provinces", "from", required=True, key=True)
    to_province: str = reference("provinces", "to", required=True, key=True)
    valid_to: date | None = day("day after the last")
    clause: str = text("clause")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delisting(Row):
    """A residue identified as no longer hazardous, with certificate and date. Data, never a decision."""

    TABLE: ClassVar[str] = "delistings"
    ENFORCED: ClassVar[bool] = True
    process: str = reference("processes", "process whose residue it is", required=True, key=True)
    material: str = reference("materials", "the residue", required=True, key=True)
    certificate: str = text("certificate", required=True)
    identified_on: date | None = day("date of identification", required=True)
    clause: str = text("clause")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incompatibility(Row):
    """Two materials that are neither stored nor carried together: not in one storage at a time, nor in one lot."""

    TABLE: ClassVar[str] = "incompatibilities"
    ENFORCED: ClassVar[bool] = True
    first: str = reference("materials", "one", required=True, groups=True, key=True)
    second: str = reference("materials", "the other", required=True, groups=True, key=True)
    clause: str = text("clause")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract(Row):
    """Terms of deliveries to outlets, of purchases, or of processing on a partner's lines.

    What is delivered, bought or fed under one contract adds up by calendar year. Where it stays below the tonnes to
    be taken, in proportion to the days of the year that lie inside validity and horizon, the rest is paid for.
    """

    TABLE: ClassVar[str] = "contracts"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the contract")
    partner: str = reference("owners", "partner")
    take_or_pay_t_per_a: float | None = number(
        "unit/a", "least amount a year, in the unit and basis of the items; what is short of it is paid for"
    )
    penalty_cny_per_t: float | None = number("CNY/unit", "penalty for what is short")
    make_up: bool = flag("what was short and paid for may be made up in a later year")
    make_up_share: float = number(
        "1", "share of the penalty that is credited for what is made up", default=1.0, maximum=1
    )
    tolling: bool = flag("the partner's lines process what stays the sender's property, for a fee")
    toll_fee_cny_per_t: float | None = number("CNY/t", "fee per tonne fed to a line of the partner")
    valid_from: date | None = day("first day")
    valid_to: date | None = day("day after the last")


BY_ORIGIN = "utilised generated disposed"
"""Measures in origin tonnes, taken where the waste arose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit(Row):
    """A limit on an account of the plan: measure × material × place, each or summed, per period, year or horizon."""

    TABLE: ClassVar[str] = "limits"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the limit")
    measure: str = choice(
        "flow feed made bought sold stock put reclaimed placed risk built count_used haulage account "
        f"{BY_ORIGIN}",
        "what is measured; risk: scores of yards; built: steps decided; count_used: how many lanes, outlets or "
        "lines are used; haulage: wet tonnes times km; account: see `account`; utilised, generated, disposed: origin "
        "tonnes of the waste that arose at `at`, net, of both cohorts",
        required=True,
    )
    waste_class: str = choice(
        WASTE_CLASSES, "for utilised, generated and disposed: class of the waste that arose; blank: all"
    )
    account: str = choice(
        f"{BURDENS} landfilled_t",
        "for the measure `account`: which (direct, transport and purchased together)",
    )
    mode: str = text(
        "for flow, haulage and account: modes of transport, separated by ;  or `clean`: those declared clean; "
        "blank: all"
    )
    material: str = reference("materials", "material or group; blank: all", groups=True)
    at: str = reference(
        "sites owners provinces facilities lines processes outlets storages lanes supplies",
        "place or group it is measured at (for what moves: where it leaves, or the lane); blank: all",
        groups=True,
    )
    to: str = reference("sites provinces", "for flow and haulage: where it arrives; blank: all", groups=True)
    every: str = choice("sum each", "one limit on the sum, or one for each member of `at`", default="sum")
    per: str = choice("period year horizon", "time over which it adds up", default="year")
    during: str = reference("periods", "period, year or group of periods; blank: all", groups=True)
    sense: str = choice("min max equal measure", "limit, or `measure`: only defines an amount", required=True)
    value: float | None = number("of the measure, or share of the other", "the limit")
    share_of: str = reference("limits", "the limit row whose measure it is a share of")
    clause: str = text("clause or reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Logic(Row):
    """If A then B; A excludes B; at most or at least k of a group. A line counts while it stands, a lane or an
    outlet in the periods in which it is used."""

    TABLE: ClassVar[str] = "logic"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the rule")
    kind: str = choice("requires excludes at_most at_least", "kind of rule", required=True)
    first: str = reference("lines lanes outlets", "A, or the group", required=True, groups=True)
    second: str = reference("lines lanes outlets", "B; a group: any of it", groups=True)
    count: int | None = integer("k of at most and at least")
    per: str = choice(
        "period horizon",
        "in every period, or over the horizon as a whole (ever built, ever used)",
        default="period",
    )
    clause: str = text("clause or reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget(Row):
    """Money that may be invested: capex of lines, by the calendar year in which it is due."""

    TABLE: ClassVar[str] = "budgets"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the budget")
    scope: str = reference("owners provinces sites", "whose; blank: all", groups=True)
    year: int | None = integer("calendar year; blank: horizon", minimum=1900, maximum=9999)
    amount_cny: float = number("CNY", "budget, not discounted", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Row):
    """A least utilisation rate of a waste class, hard, or soft at a price per tonne short."""

    TABLE: ClassVar[str] = "targets"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the target")
    waste_class: str = choice(WASTE_CLASSES, "waste class", required=True)
    scope: str = reference("sites owners provinces", "plants of origin; blank: all", groups=True)
    year: int | None = integer("calendar year; blank: every year", minimum=1900, maximum=9999)
    rate: str = choice("rate_new rate_stat rate_gross", "which of the three rates", default="rate_new")
    iron: str = choice("net_product gross_feed", "how iron separation counts in it", default="net_product")
    at_least: float = number("1", "least rate, 0.15 for 15 %", required=True, maximum=1)
    hard: bool = flag("must hold", default=True)
    price_cny_per_t: float | None = number("CNY/t", "price of a tonne short, if soft")
    clause: str = text("clause or decision")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLimit(Row):
    """Limits change against a baseline plan, per period: |amount − amount in the baseline| ≤ limit. Periods that the
    baseline does not have are free. With both limits the lesser holds."""

    TABLE: ClassVar[str] = "change_limits"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the rule")
    measure: str = choice(
        "flow feed bought sold stock put reclaimed placed built", "what is measured", required=True
    )
    material: str = reference("materials", "material or group; blank: all", groups=True)
    at: str = reference(
        "sites owners provinces facilities lines processes outlets storages lanes supplies",
        "place or group it is measured at (for a flow: where it leaves, or the lane); blank: all",
        groups=True,
    )
    to: str = reference("sites provinces", "for a flow: where it arrives; blank: all", groups=True)
    every: str = choice("sum each", "one limit on the sum, or one for each member of `at`", default="sum")
    during: str = reference("periods", "period, year or group of periods; blank: all", groups=True)
    max_change_t: float | None = number("t", "greatest change per period (units for `built`)")
    max_change_share: float | None = number("1", "greatest change as a share of the amount in the baseline")
    clause: str = text("clause or reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class YardMeasure(Row):
    """A measure on a yard: cap, cut-off, monitoring, in-situ dealkalisation; decided once, or left."""

    TABLE: ClassVar[str] = "yard_measures"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the measure")
    label_en: str = text("label in English")
    label_zh: str = text("label in Chinese")
    storage: str = reference("storages", "yard", required=True)
    kind: str = choice("cap cut_off monitoring dealkalisation", "kind", required=True)
    cost_cny: float = number("CNY", "cost when it is decided", required=True)
    annual_cost_cny_per_a: float = number("CNY/a", "cost of every year from the decision on", default=0.0)
    risk_before: float | None = number("score", "risk score of the yard without any measure")
    risk_after: float | None = number("score", "risk score of the yard with this measure alone")
    deadline: date | None = day(
        "day by which it must be decided: with one the measure has to be taken; blank: it may be left"
    )
    blocks_reclaim: str = choice(
        "yes no", "whether nothing is reclaimed from the yard once it is decided; blank: yes for a cap"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class VatRefund(Row):
    """Refund of value-added tax on a product made from enough listed waste, per facility and calendar year.

    refund = rate × (vat_rate × price − input VAT) × tonnes made, where listed waste ÷ raw mass ≥ threshold
    """

    TABLE: ClassVar[str] = "vat_refunds"
    ENFORCED: ClassVar[bool] = True
    facility: str = reference("facilities", "facility", required=True, key=True)
    product: str = reference("materials", "product", required=True, key=True)
    waste: str = reference(
        "materials", "waste that the list names; blank: every waste that is fed", groups=True
    )
    threshold: float = number(
        "1",
        "least share of listed waste in the raw mass (feeds and solid inputs, dry)",
        required=True,
        maximum=1,
    )
    rate: float = number("1", "share of the net VAT refunded", required=True, maximum=1)
    vat_rate: float = number("1", "VAT rate on the product", default=0.13, maximum=1)
    price_cny_per_t: float = number(
        "CNY/t", "price of the product without VAT, on which VAT falls", required=True
    )
    input_vat_cny_per_t: float = number("CNY/t", "deductible input VAT per tonne of product", default=0.0)
    clause: str = text("item of the list")
