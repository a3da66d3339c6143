"""The yearly statistics: generated, used, disposed of, of which past years' stock, stored; and the balance.

The numbers are those of the frame `statistical_form`: tonnes of the waste that arose at a plant, as received; a
residue counts as the waste it was made from.
"""

from __future__ import annotations

from typing import Any

from redmud_opt.report.filings.account import COMES, GOES, residual
from redmud_opt.report.filings.filing import Filing, Rows
from redmud_opt.report.filings.words import NOTHING


def general(filing: Filing) -> Rows:
    """General industrial solid waste, a row per plant, year, class and code."""
    names = (
        *("generated_t", "used_t", "used_past_t", "disposed_t", "disposed_past_t"),
        *("stored_t", "discarded_t", "handed_out_t", "stock_t"),
    )
    return [_named(filing, row) | {name: row[name] for name in names} for row in _plants(filing, False)]


def hazardous(filing: Filing) -> Rows:
    """Hazardous waste; stock at the end of last year = stock + what went − what was generated."""
    rows = []
    for row in _plants(filing, True):
        handled = row["used_t"] + row["disposed_t"] + row["handed_out_t"]
        opening = row["stock_t"] + handled + row["discarded_t"] - row["generated_t"]
        amounts = {name: row[name] for name in ("generated_t", "disposed_past_t", "stock_t", "discarded_t")}
        rows.append(_named(filing, row) | amounts | {"handled_t": handled, "opening_t": max(0.0, opening)})
    return rows


def _plants(filing: Filing, hazardous: bool) -> list[dict[str, Any]]:
    frame = filing.plan.frames["statistical_form"]
    own = frame[(frame["level"] == "plant") & (frame["basis"] == "as_received")]
    materials = filing.facts.materials.values()
    listed = {(row.waste_class, row.code) for row in materials if row.legal_status == "hazardous_waste"}
    rows: list[dict[str, Any]] = [
        {str(name): value for name, value in row.items()} for row in own.to_dict("records")
    ]
    return [row for row in rows if ((row["waste_class"], row["code"]) in listed) == hazardous]


def _named(filing: Filing, row: dict[str, Any]) -> dict[str, object]:
    return {
        "unit": filing.words.unit(str(row["scope"])),
        "year": int(row["year"]),
        "waste_class": filing.words.labels.word("class", str(row["waste_class"])),
        "code": row["code"],
    }


def balance(filing: Filing) -> Rows:
    """Every place, waste and year, as received and dry."""
    rows: Rows = []
    for (waste, year), row in filing.account.balance().items():
        entries = filing.account.by_place[waste.site, waste.material]
        own = [entry for entry in entries if entry.waste == waste] or entries
        named = filing.words.named(own)
        named |= {
            "year": year,
            "hazardous": filing.words.hazardous(waste.hazardous),
            "code": named["code"] or NOTHING,
        }
        for k, basis in ((1, "as_received"), (0, "dry")):
            amounts = {f"{event}_t": row[event][k] for event in (*COMES, *GOES)}
            left = round(residual(row)[k], 6) + 0.0
            rows.append(
                named | amounts | {"basis": filing.words.labels.word("basis", basis), "residual_t": left}
            )
    return rows
