"""The screening of a case as tables: tidy numbers, a matrix of verdicts, a table in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from redmud_opt.i18n import Message, text
from redmud_opt.study.screening.cells import FEASIBLE, VERDICTS, Cell
from redmud_opt.study.screening.economics import EQUIPMENT
from redmud_opt.study.screening.equipment import Option

SHOWN = (
    "site material arising_t_per_a route verdict share_limit reach size units load net_cny_per_t cost_cny_per_t "
    "revenue_cny_per_t avoided_cny_per_t break_even_product break_even_cny_per_unit meaning readiness reason"
)
"""Columns of the table in words, in order."""

ABSENT = "–"
NAN = float("nan")


@dataclass(frozen=True, eq=False)
class Screening:
    """All cells, one per arising and route, with the words of what they name."""

    case_name: str
    cells: tuple[Cell, ...]
    reasons: tuple[Message, ...]
    labels: Mapping[str, Mapping[str, str]]

    def frame(self) -> pd.DataFrame:
        """One row per plant × route: keys, verdict and every number; NaN where it is unknown or was not reached."""
        rows = [_row(cell) for cell in self.cells]
        found = pd.DataFrame(rows, columns=list(_row_names()))
        return found.assign(reason=[message.key for message in self.reasons])

    def matrix(self, language: str = "en") -> pd.DataFrame:
        """Wastes where they arise as rows, routes as columns, verdicts as words; – where it is no question."""
        plants = dict.fromkeys((cell.asked.site, cell.asked.material) for cell in self.cells)
        routes = self.routes(language)
        verdict = {
            (cell.asked.site, cell.asked.material, cell.asked.process.name): cell.verdict
            for cell in self.cells
        }
        index = [self._plant(site, material, language) for site, material in plants]
        return pd.DataFrame(
            [[_verdict(verdict.get((*plant, route), ""), language) for route in routes] for plant in plants],
            index=index,
            columns=list(routes.values()),
            dtype=object,
        )

    def table(self, language: str = "en") -> pd.DataFrame:
        """The rows in words for a report: labels for names, headings with units, the sentence at the end."""
        words = self._words(language)
        source = self.frame().assign(reason=[self.say(message, language) for message in self.reasons])
        found = {}
        for name in SHOWN.split():
            column = source[name]
            if name == "route":
                column = column.map(self.routes(language))
            elif name == "size":
                column = pd.Series([_size(cell, words) for cell in self.cells], dtype=object)
            elif name in ("site", "material", "break_even_product"):
                column = column.map(lambda value: words.get(value, value))
            elif name == "verdict":
                column = column.map(lambda value: _verdict(value, language))
            elif name == "meaning":
                column = column.map(lambda value: _meaning(value, language))
            found[text(Message(f"screen.column.{name}"), language)] = column
        return pd.DataFrame(found)

    def say(self, message: Message, language: str = "en") -> str:
        """A message with the labels of what it names."""
        return text(_labelled(message, self._words(language)), language)

    def plants(self, language: str = "en") -> list[tuple[str, list[int]]]:
        """(waste and plant in words, positions of its cells), the best verdict and most net value first."""
        found: dict[tuple[str, str], list[int]] = {}
        for k, cell in enumerate(self.cells):
            found.setdefault((cell.asked.site, cell.asked.material), []).append(k)
        return [(self._plant(*key, language), sorted(at, key=self._order)) for key, at in found.items()]

    def routes(self, language: str = "en") -> dict[str, str]:
        """Process → its label, marked where it is the library's; with its name where labels are the same."""
        words = self._words(language)
        found = {}
        for cell in self.cells:
            name = cell.asked.process.name
            label = words.get(name, name)
            if cell.asked.from_library:
                label = text(Message("screen.of_library", {"route": label}), language)
            found[name] = label
        times = Counter(found.values())
        return {name: f"{label} ({name})" if times[label] > 1 else label for name, label in found.items()}

    def _order(self, k: int) -> tuple[int, float]:
        cell = self.cells[k]
        net = cell.money.net if cell.money is not None else NAN
        return VERDICTS.index(cell.verdict), -net if net == net else 0.0

    def _plant(self, site: str, material: str, language: str) -> str:
        words = self._words(language)
        values = {"site": words.get(site, site), "material": words.get(material, material)}
        return text(Message("screen.plant", values), language)

    def _words(self, language: str) -> Mapping[str, str]:
        return self.labels.get(language, {})


def _verdict(verdict: str, language: str) -> str:
    return text(Message(f"screen.verdict.{verdict}"), language) if verdict else ABSENT


def _meaning(meaning: str, language: str) -> str:
    return text(Message(f"screen.meaning.{meaning}"), language) if meaning else ABSENT


def _labelled(message: Message, words: Mapping[str, str]) -> Message:
    return Message(message.key, {name: _label(value, words) for name, value in message.values.items()})


def _label(value: object, words: Mapping[str, str]) -> object:
    if isinstance(value, Message):
        return _labelled(value, words)
    if isinstance(value, tuple):
        return tuple(_label(item, words) for item in value)
    return words.get(value, value) if isinstance(value, str) else value


def _row(cell: Cell) -> dict[str, object]:
    """A cell as one row."""
    asked = cell.asked
    return {
        "site": asked.site,
        "material": asked.material,
        "arising_t_per_a": asked.arising_t_per_a,
        "route": asked.process.name,
        "from_library": asked.from_library,
        "verdict": cell.verdict,
        "accepted": cell.accepted,
        "method": asked.process.method,
        "meaning": cell.meaning,
        "readiness": NAN if asked.process.readiness is None else float(asked.process.readiness),
        "point": cell.point,
        **_share_of(cell),
        **_gate_of(cell),
        **_equipment_of(cell),
        **_money_of(cell),
    }


def _row_names() -> list[str]:
    """Columns also of a screening without cells."""
    common = (
        "site material arising_t_per_a route from_library verdict accepted method meaning readiness point"
    )
    share = "share_limit bound_by bound feeds_beside"
    gate = "gate gate_property gate_value gate_limit gate_clause"
    equipment = "size size_kind units capacity_t_per_a load fits reach standing_t_per_a sizes"
    money = (
        "process_cny_per_t inputs_cny_per_t fixed_cny_per_t residue_cny_per_t beside_cny_per_t cost_cny_per_t "
        "revenue_cny_per_t net_cny_per_t break_even_product break_even_cny_per_unit unknown residue_as residue_to "
        "avoided_cny_per_t avoided_at"
    )
    return " ".join((common, share, gate, equipment, money)).split()


def _share_of(cell: Cell) -> dict[str, object]:
    row = cell.share.bound.row if cell.share.bound is not None else None
    name = getattr(row, "name", "") or getattr(row, "material", "")
    feeds = [feed.feed.name for feed, _ in cell.share.mix if feed.feed is not None]
    return {
        "share_limit": cell.share.limit if cell.verdict in FEASIBLE else 0.0,
        "bound_by": cell.bound_by,
        "bound": name,
        "feeds_beside": ", ".join(feeds),
    }


def _gate_of(cell: Cell) -> dict[str, object]:
    check = cell.gate
    return {
        "gate": check.gate.name if check else "",
        "gate_property": check.gate.property if check else "",
        "gate_value": check.value if check else NAN,
        "gate_limit": check.gate.limit if check else NAN,
        "gate_clause": check.gate.clause if check else "",
    }


def _equipment_of(cell: Cell) -> dict[str, object]:
    found = cell.match
    return {
        "size": _size(cell, {}),
        "size_kind": "; ".join(found.kinds),
        "units": found.units,
        "capacity_t_per_a": found.capacity_t_per_a,
        "load": found.load,
        "fits": found.fits,
        "reach": found.reach,
        "standing_t_per_a": found.standing_t_per_a,
        "sizes": "; ".join(f"{one.units} x {one.name} ({_filling(one)})" for one in found.options),
    }


def _size(cell: Cell, words: Mapping[str, str]) -> str:
    """The size that is matched; of several how many of each."""
    parts = [(part.units, words.get(part.size.name, part.size.name)) for part in cell.match.parts]
    return parts[0][1] if len(parts) == 1 else "; ".join(f"{units} x {name}" for units, name in parts)


def _filling(one: Option) -> str:
    if one.load != one.load:
        return "no limit"
    return f"{100 * one.load:.0f} %" + (f", takes {100 * one.reach:.3g} %" if one.reach < 1 else "")


def _money_of(cell: Cell) -> dict[str, object]:
    found = cell.money
    main = found.main if found else None
    unknown = ["equipment" if name == EQUIPMENT else name for name in found.unknown] if found else []
    return {
        "process_cny_per_t": found.process if found else NAN,
        "inputs_cny_per_t": found.inputs if found else NAN,
        "fixed_cny_per_t": found.fixed if found else NAN,
        "residue_cny_per_t": found.residue if found else NAN,
        "beside_cny_per_t": found.partner if found else NAN,
        "cost_cny_per_t": found.cost if found else NAN,
        "revenue_cny_per_t": found.revenue if found else NAN,
        "net_cny_per_t": found.net if found else NAN,
        "break_even_product": main.material if main else "",
        "break_even_cny_per_unit": found.break_even_cny if found else NAN,
        "unknown": ", ".join(unknown),
        "residue_as": found.residue_as if found else "",
        "residue_to": ", ".join(found.residue_to) if found else "",
        "avoided_cny_per_t": max(0.0, cell.avoided.cny) if cell.avoided.known else NAN,
        "avoided_at": cell.avoided.at,
    }
