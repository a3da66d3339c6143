"""Tables of a plan as people read them: words for names, headings with units, sensible decimals, safe downloads.

view = table(plan, "flows", "zh")        the frame with labels and headings
view.csv()                               the same for a spreadsheet, formulas disarmed
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from redmud_opt.case.csvtext import escaped
from redmud_opt.i18n import Message, template, text
from redmud_opt.plan import Plan
from redmud_opt.report.items import item_words, place_words
from redmud_opt.report.labels import Labels
from redmud_opt.report.numbers import percent
from redmud_opt.report.sankey import Link

SHOWN = {
    "flows": "from_site to_site mode stream period flow_t wet_t",
    "feeds": "line process point stream period feed_t",
    "made": "site process stream period made_t",
    "sales": "outlet site stream period sold",
    "placements": "storage site stream period placed_t",
    "stocks": "storage site stream period put_t reclaimed_t stock_t",
    "ages": "storage material origin arose period stock_t age_days limit_days days_left role hard overrun_t "
    "charge_cny",
    "clock_overruns": "role lineage period stock_t limit_months overrun_t",
    "pools": "storage lineage period content_t reclaimed_t share",
    "purchases": "supply site stream period bought",
    "arisings": "site stream period arising_t",
    "moved": "measure item process stream period before after change",
    "reductions": "option kind arising site period decided in_force avoided_t changed_t added_t cost_cny margin_cny "
    "capex_cny",
    "builds": "line period start units size unit capex_cny",
    "closings": "line decided period units",
    "yards": "storage period held_t filled_t volume_m3 airspace_m3 kept_free_m3 filled_share free_t risk",
    "yard_events": "storage kind item period start cost_cny",
    "yard_ends": "storage full_year left_m3 left_t",
    "spending": "line year capex_cny",
    "budgets": "budget window amount_cny spent_cny",
    "running": "line period on run_h",
    "openings": "lane period",
    "used": "kind item period",
    "refunds": "facility product year refund_cny",
    "services": "facility year payer owner share fed_t service_cny",
    "take_or_pay": "contract year take taken made_up short penalty_cny credit_cny",
    "elements": "property site year side entry at content_t unknown_t",
    "process_elements": "property site process point stream year in_t out_t gas_t loss_t unaccounted_t "
    "unknown_in_t unknown_out_t",
    "composition": "kind at point stream period property mean sigma amount_t",
    "gate_margins": "gate at line point stream period property sense mean margin limit slack",
    "status": "lineage status code hazard why because_of clause",
    "permits": "permit receiver code sender year allowed_t used_t left_t valid_to days_left",
    "movements": "kind of document from_province to_province site lineage period moved_t document_t",
    "border_documents": "document kind from_province to_province receiver code valid_from valid_to allowed_t used_t "
    "left_t to_be_filed_t",
    "separate_loads": "lane first second period first_t second_t",
    "fates": "origin cohort year fate at amount_t",
    "rates": "waste_class plant year generated_t utilised_new_t utilised_legacy_t rate_new rate_stat rate_gross "
    "rate_new_proportional rate_stat_proportional",
    "targets": "target waste_class year rate hard at_least reached reached_proportional verdict asked_t reached_t",
    "identity": "origin year opening_t generated_t received_t utilised_t placed_t reduced_t handed_to_disposal_t "
    "handed_out_t closing_t residual_t",
    "statistical_form": "level scope year waste_class code basis generated_t carried_in_t used_t used_past_t "
    "disposed_t disposed_past_t handed_out_t stored_t discarded_t stock_t",
    "value_terms": "term year value_cny",
    "cost_to_serve": "site material given fate at term year value_cny",
    "traced": "site material given fate at origin_t",
    "paths": "site material given path fate at origin_t cny_per_t",
    "annual": "term year of_year value_cny",
    "tiers": "item window step amount",
    "shortfalls": "target year short_t price_cny_per_t penalty_cny",
    "excess": "storage waste_class excess_t charge_cny_per_t",
    "totals": "total origin cohort year amount",
    "periods": "period start end",
    "accounts": "account scope site item carrier period amount",
    "energy": "site process carrier unit period amount energy_kgce",
    "transport": "mode year clean flow_t wet_t t_km co2e_t cost_cny clean_share",
    "readiness": "indicator at item period year value unit numerator denominator watch alarm state action",
    "scorecard": "indicator waste_class at year value unit asked gap trend numerator denominator definition formula "
    "authority own",
    "scorecard_rows": "indicator waste_class at year part table item amount",
    "ledger": "number lot material code hazard event period first_day last_day from_site to_site lane mode at "
    "process method meaning permit approval exemption certificate dry_t as_received_t parents residues",
    "ledger_lots": "lot material code hazard given site since arisen_t arisen_as_received_t used_t disposed_t "
    "pretreated_t delivered_t placed_t delisted_t stock_t remainder_t residue_t parents residues",
}
"""Tables in the order of the page, each with the columns that are shown, in order."""

_NAMES = (
    "site",
    "material",
    "from_site",
    "to_site",
    "from_province",
    "to_province",
    "line",
    "process",
    "storage",
    "outlet",
    "supply",
    "item",
    "target",
    "plant",
    "at",
    "facility",
    "product",
    "payer",
    "owner",
    "option",
    "property",
    "carrier",
    "receiver",
    "sender",
)
_WORDS = {
    "waste_class": "class",
    "cohort": "cohort",
    "term": "term",
    "mode": "mode",
    "total": "total",
    "fate": "fate",
    "given": "given",
    "rate": "target",
    "verdict": "target",
    "kind": "kind",
    "measure": "measure",
    "side": "side",
    "entry": "entry",
    "sense": "sense",
    "account": "total",
    "scope": "scope",
    "clean": "clean",
    "role": "role",
    "level": "level",
    "basis": "basis",
    "status": "status",
    "why": "why",
    "indicator": "indicator",
    "state": "state",
    "own": "own",
    "part": "part",
    "table": "table",
    "event": "event",
    "meaning": "meaning",
}
_SENTENCES = ("definition", "formula", "authority", "action")
"""Columns of keys of messages."""


@dataclass(frozen=True)
class View:
    """A table to be shown: its frame has headings for columns and words for names; numbers stay numbers."""

    name: str
    title: str
    frame: pd.DataFrame
    numbers: dict[str, int]
    """Heading of each column of amounts → decimals to show."""

    def csv(self) -> bytes:
        """For a spreadsheet: marked as UTF-8, and no cell can start a formula."""
        return csv_bytes(self.frame)


def in_units(view: View, units: str, language: str) -> View:
    """The same table with t and CNY in the units that a reader chose; `auto` leaves tables in t and CNY."""
    if units != "10k":
        return view
    names, columns, numbers = {}, {}, {}
    for title, decimals in view.numbers.items():
        for one, myriad in (("t", "wt"), ("cny", "wcny")):
            old, new = (text(Message(f"report.unit.{unit}"), language) for unit in (one, myriad))
            before, comma, unit = title.rpartition({"en": ", ", "zh": "，"}[language])
            if comma and (unit == old or unit.startswith((f"{old} ", f"{old}（"))):
                names[title] = f"{before}{comma}{new}{unit[len(old) :]}"
                columns[title] = view.frame[title] / 1e4
                numbers[names[title]] = decimals + 2
    frame = view.frame.assign(**columns).rename(columns=names)
    return View(view.name, view.title, frame, {names.get(n, n): d for n, d in view.numbers.items()} | numbers)


def table(plan: Plan, name: str, language: str) -> View:
    """A table of a plan in words."""
    labels = Labels(plan, language)
    source = plan.frames[name]
    columns = [column for column in SHOWN[name].split() if column in source.columns]
    headings = [heading(name, column, language) for column in columns]
    cells = {h: _cells(source[c], c, labels) for h, c in zip(headings, columns, strict=True)}
    if name == "accounts":
        modes = source["scope"] == "transport"
        item = heading(name, "item", language)
        cells[item] = cells[item].where(
            ~modes, source["item"].map(lambda mode: labels.word("mode", str(mode)))
        )
    if name == "statistical_form":
        cells[heading(name, "scope", language)] = place_words(source["scope"], labels)
    if name in ("used", "moved"):
        lanes = source["kind"] == "lane" if name == "used" else source["measure"] == "flow"
        item = heading(name, "item", language)
        cells[item] = cells[item].where(~lanes, source["item"].map(labels.lane))
    if name in ("readiness", "scorecard", "scorecard_rows"):
        cells[heading(name, "at", language)] = place_words(source["at"], labels)
    if name in ("readiness", "scorecard_rows"):
        cells[heading(name, "item", language)] = item_words(name, source, labels)
    shown = pd.DataFrame(cells)
    numbers = {
        h: _decimals(source[c], c) for h, c in zip(headings, columns, strict=True) if _is_amount(source[c], c)
    }
    return View(name, text(Message(f"report.table.{name}"), language), shown, numbers)


def link_table(
    links: Sequence[Link], names: Sequence[tuple[str, str, str]], language: str, *, wet: bool = False
) -> View:
    """The table beside a Sankey figure: every link, also those too small to draw. `names`: from, to, material."""
    headings = [
        heading("links", column, language)
        for column in ("start", "end", "material", "wet_t" if wet else "amount_t")
    ]
    columns = list(zip(*names, strict=True)) if names else [(), (), ()]
    amounts = [link.amount_t for link in links]
    frame = pd.DataFrame(dict(zip(headings, [*columns, amounts], strict=True)))
    numbers = {headings[3]: _decimals(frame[headings[3]], "amount_t")}
    return View("links", text(Message("report.table.links"), language), frame, numbers)


def heading(table_name: str, column: str, language: str) -> str:
    """The heading of a column, with its unit; one of the table's own goes before the common one."""
    own, common = f"report.column.{table_name}.{column}", f"report.column.{column}"
    return text(Message(common if template(own, language) is None else own), language)


def _cells(column: pd.Series, name: str, labels: Labels) -> pd.Series:
    if name in _NAMES:
        return column.map(labels.name)
    if name == "full_year":
        return column.map(lambda year: None if pd.isna(year) else str(int(year)))
    if name in ("lane", "window", "unit", "path", "arising"):
        return column.map(getattr(labels, name))
    if name in ("lot", "parents", "residues"):
        return column.map(labels.lots)
    if name == "hard":
        return column.map(lambda hard: labels.word("target", "hard" if hard else "soft"))
    if name in _WORDS:
        return column.map(lambda value: labels.word(_WORDS[name], str(value)))
    if name in _SENTENCES:
        return column.map(lambda key: text(Message(str(key)), labels.language) if key else "")
    if name in ("stream", "lineage"):
        return column.map(labels.stream)
    if name == "origin":
        return column.map(labels.origin)
    if _is_share(name):
        return column.map(lambda value: percent(float(value), labels.language))
    return column


def _is_amount(column: pd.Series, name: str) -> bool:
    bare = name in ("year", "full_year", "step", "hard", "number") or _is_share(name)
    return pd.api.types.is_numeric_dtype(column) and not bare


def _is_share(name: str) -> bool:
    """Whether a column is shown in percent."""
    of_a_year = ("at_least", "reached", "reached_proportional", "in_force", "of_year", "clean_share")
    return name.startswith("rate_") or name in of_a_year


def _decimals(column: pd.Series, name: str) -> int:
    """Whole tonnes and yuan where amounts are large, more decimals where they are small."""
    if name.endswith("_per_t"):
        return 2
    if name in ("value", "asked", "gap", "trend", "watch", "alarm"):
        return 3
    if name in ("units", "on") or name.endswith(("_days", "days_left")):
        return 0
    largest = float(column.abs().max()) if len(column) else 0.0
    return 0 if largest >= 10_000 else 1 if largest >= 100 else 3


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """CSV with a byte-order mark, so that a spreadsheet reads Chinese; text that could be a formula is quoted."""
    columns = {
        disarmed(name): column if pd.api.types.is_numeric_dtype(column) else column.map(disarmed)
        for name, column in frame.items()
    }
    safe = pd.DataFrame(columns)
    return safe.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def disarmed(value: object) -> object:
    """Text on one line; what a spreadsheet would take for a formula gets an apostrophe before it."""
    return escaped(" ".join(value.split())) if isinstance(value, str) else value
