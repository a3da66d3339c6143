"""Parameters as a study file states them: which cells, how they move, between which ends.

A cell is addressed as scenario files do it, by table, `where` and column; a figure by its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from redmud_opt.case import Case
from redmud_opt.case.backing import Backed, Backing
from redmud_opt.case.case import CATALOGUES, TABLES, Settings
from redmud_opt.case.columns import Row, columns
from redmud_opt.case.draft import key_of
from redmud_opt.case.library import EVIDENCE
from redmud_opt.case.names import did_you_mean
from redmud_opt.case.yamltext import Scalar, Sequence
from redmud_opt.i18n import Message
from redmud_opt.study.sweeps.items import Items
from redmud_opt.study.sweeps.parameters import DISTRIBUTIONS, SETTINGS, WAYS, Cell, Parameter, beyond
from redmud_opt.study.sweeps.ranges import distribution_of

KEYS = (
    *("name", "label_en", "label_zh", "table", "where", "column", "figure"),
    *("by", "range", "low", "high", "distribution"),
)
GIVEN_WAYS = tuple(way for way in WAYS if way != "range")
STANDS_STILL = {"factor": 1.0, "add": 0.0, "days": 0.0, "range": 0.0}
"""Way → the value at which nothing moves."""
NUMBERS = ("number", "integer")
ALIKE = 1e-9


class ParameterReader:
    """Reads the parameters of a case."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.backing = Backing(case)

    def read(self, items: Items) -> Parameter | None:
        """One parameter; None, and faults, where it cannot be."""
        items.unknown(KEYS)
        before = len(items.faults)
        name = items.text("name", required=True)
        cells, backed, figure = self.figure(items) if "figure" in items.node.items else self.cells(items)
        if not cells or len(items.faults) > before:
            return None
        evidence = items.one_of("range", ("evidence", "given"), "given") == "evidence"
        by = self.way(items, cells, evidence, figure)
        found = Parameter(
            name=name,
            by=by,
            low=0.0,
            base=0.0,
            high=0.0,
            distribution=items.one_of("distribution", DISTRIBUTIONS, distribution_of(backed[0])),
            cells=tuple(cells),
            figure=figure,
            unit=self.unit(items, cells[0]) if by in ("value", "add") else "",
            from_evidence=evidence,
            label_en=items.text("label_en"),
            label_zh=items.text("label_zh"),
        )
        base = self.base(items, found) if len(items.faults) == before else None
        ends = None if base is None else self.ends(items, found, base, backed, evidence)
        if ends is None or len(items.faults) > before:
            return None
        assert base is not None
        return self.checked(items, replace(found, low=ends[0], base=base, high=ends[1]))

    # ---- cells ---------------------------------------------------------------------------------------------

    def figure(self, items: Items) -> tuple[list[Cell], list[Backed], float | None]:
        """The cells that take a figure."""
        for key in ("table", "where", "column"):
            if key in items.node.items:
                items.fault(items.line(key), key, Message("sweep.figure_or_cells"))
                return [], [], None
        name = items.text("figure")
        rows = {row.name: row for row in self.case.figures}
        takers = [place for place, figure in self.case.quotes.items() if figure == name]
        if name not in rows or not takers:
            known = sorted({figure for figure in self.case.quotes.values() if figure in rows})
            message = Message("sweep.unknown_figure", {"name": name})
            items.fault(items.line("figure"), "figure", message, did_you_mean(name, known))
            return [], [], None
        row = rows[name]
        if not row.value:
            items.fault(items.line("figure"), "figure", Message("sweep.figure_is_zero", {"name": name}))
        found = []
        for table, key, column in takers:
            if table in CATALOGUES or table == "evidence":
                continue
            for position, held in enumerate(getattr(self.case, table)):
                if key_of(held) == key:
                    found.append(Cell(table, position, key, column, getattr(held, column)))
        return found, [self.backing.of("figures", row, "value")], row.value

    def cells(self, items: Items) -> tuple[list[Cell], list[Backed], float | None]:
        """The cells that table, where and column name."""
        table, column = items.text("table", required=True), items.text("column", required=True)
        if not table or not column:
            return [], [], None
        if table == SETTINGS:
            return self.setting(items, column)
        if table not in TABLES or table in CATALOGUES:
            known = [name for name in TABLES if name not in CATALOGUES]
            message = Message("case.unknown_table", {"table": table})
            items.fault(items.line("table"), "table", message, did_you_mean(table, known))
            return [], [], None
        if not self.movable(items, table, column):
            return [], [], None
        before = len(items.faults)
        rows = [(k, row) for k, row in enumerate(getattr(self.case, table)) if self.wanted(items, table, row)]
        if not rows and len(items.faults) == before:
            message = Message("case.where_matches_nothing", {"table": table, "where": _said(items)})
            items.fault(items.line("where"), "where", message)
        found, backed = [], []
        for position, row in rows:
            own = self.backing.of(table, row, column)
            if not self.plain(items, own, getattr(row, column)):
                return [], [], None
            bound = self.bound(row, own)
            found.append(
                Cell(table, position, own.key, column, getattr(row, column), own.low, own.high, bound)
            )
            backed.append(own)
        return found, backed, None

    def setting(self, items: Items, column: str) -> tuple[list[Cell], list[Backed], float | None]:
        """A number of case.yaml."""
        known = [name for name, declared in columns(Settings).items() if declared.kind in NUMBERS]
        if column not in known:
            message = Message("case.unknown_column", {"column": column, "table": SETTINGS})
            items.fault(items.line("column"), "column", message, did_you_mean(column, known))
            return [], [], None
        value = getattr(self.case.settings, column)
        backed = Backed(SETTINGS, "", column, float(value or 0.0), None, None, "", "", "", "")
        return [Cell(SETTINGS, 0, "", column, value)], [backed], None

    def movable(self, items: Items, table: str, column: str) -> bool:
        """Whether a column holds numbers or dates that a study may move."""
        known = [
            name
            for name, declared in columns(TABLES[table]).items()
            if declared.kind in (*NUMBERS, "date") and name not in EVIDENCE
        ]
        if column in known:
            return True
        message = Message("case.unknown_column", {"column": column, "table": table})
        if column in columns(TABLES[table]):
            message = Message("sweep.not_movable", {"column": column})
        items.fault(items.line("column"), "column", message, did_you_mean(column, known))
        return False

    def plain(self, items: Items, own: Backed, value: Any) -> bool:
        """Whether a cell holds a number of its own."""
        if value is None:
            message = Message("sweep.blank_cell", {"table": own.table, "row": own.key, "column": own.column})
            items.fault(items.line("where"), "where", message, Message("sweep.state_it"))
            return False
        if own.figure:
            message = Message("case.cell_holds_figure", {"name": own.figure})
            items.fault(
                items.line("where"), "where", message, Message("sweep.name_figure", {"name": own.figure})
            )
            return False
        return True

    def bound(self, row: Row, own: Backed) -> str:
        """Which end alone the evidence of a cell knows."""
        told = next(
            (
                e
                for e in self.case.evidence
                if (e.table, e.item.rstrip("/"), e.column) == (own.table, own.key, own.column)
            ),
            row if own.low is not None or own.high is not None else None,
        )
        return "" if told is None else told.bound

    def wanted(self, items: Items, table: str, row: Row) -> bool:
        """Whether `where` asks for a row: `all`, or a value, one of several, or a member of a group, per column."""
        node = items.node.items.get("where")
        if isinstance(node, Scalar) and node.text == "all":
            return True
        where = items.mapping("where")
        if where is None:
            if node is None and not _told(items, "where"):
                items.fault(items.node.line, "where", Message("case.missing_key", {"key": "where"}))
            return False
        for column in where.node.items:
            if column not in columns(TABLES[table]):
                if not _told(items, column):
                    message = Message("case.unknown_column", {"column": column, "table": table})
                    known = columns(TABLES[table])
                    where.fault(where.line(column), column, message, did_you_mean(column, known))
                return False
            if _written(getattr(row, column)) not in self.names(where, column):
                return False
        return True

    def names(self, where: Items, column: str) -> set[str]:
        """Texts that a column may have, groups with their members."""
        node = where.node.items[column]
        nodes = node.items if isinstance(node, Sequence) else [node]
        texts = ["" if one.blank else one.text for one in nodes if isinstance(one, Scalar)]
        return {member for text in texts for member in (text, *self.case.members(text))}

    # ---- how it moves --------------------------------------------------------------------------------------

    def way(self, items: Items, cells: list[Cell], evidence: bool, figure: float | None) -> str:
        """How the cells move."""
        date = cells[0].declared.kind == "date"
        if evidence:
            if "by" in items.node.items:
                items.fault(items.line("by"), "by", Message("sweep.evidence_says_how"))
            return "value" if len(cells) == 1 or figure is not None else "range"
        usual = "days" if date else "factor" if figure is None else "value"
        by = items.one_of("by", GIVEN_WAYS, usual)
        if date != (by == "days"):
            items.fault(items.line("by"), "by", Message("sweep.days_of_dates", {"by": by}))
        return by

    def unit(self, items: Items, cell: Cell) -> str:
        """The unit of a figure, or of a cell, `unit` being that of its row's material."""
        if "figure" in items.node.items:
            return next(row.unit for row in self.case.figures if row.name == items.text("figure"))
        unit = cell.declared.unit
        if "unit" not in unit or cell.table == SETTINGS:
            return unit
        row = getattr(self.case, cell.table)[cell.position]
        names = self.case.members(getattr(row, "material", ""))
        of = next((m.unit for m in self.case.materials if m.name == names[0]), "t")
        return unit.replace("unit", of)

    def base(self, items: Items, parameter: Parameter) -> float | None:
        """Where the case stands."""
        if parameter.by != "value":
            return STANDS_STILL[parameter.by]
        if parameter.figure is not None:
            return parameter.figure
        values = [float(cell.value) for cell in parameter.cells]
        if max(values) - min(values) > ALIKE * max(1.0, abs(values[0])):
            message = Message("sweep.values_differ", {"count": len(values)})
            items.fault(items.line("by"), "by", message, Message("sweep.by_factor"))
            return None
        return values[0]

    def ends(
        self, items: Items, parameter: Parameter, base: float, backed: list[Backed], evidence: bool
    ) -> tuple[float, float] | None:
        """Low and high: given, or from evidence; of evidence with one end the other must be given."""
        before = len(items.faults)
        low, high = items.number("low", None), items.number("high", None)
        if len(items.faults) > before:
            return None
        if evidence and parameter.by == "value":
            own = backed[0]
            if (low is not None and own.low is not None) or (high is not None and own.high is not None):
                items.fault(items.line("range"), "range", Message("sweep.evidence_has_end"))
                return None
            low, high = own.low if low is None else low, own.high if high is None else high
        elif evidence:
            blank = [one for one in backed if one.low is None or one.high is None]
            if blank:
                self.missing(items, blank[0])
                return None
            wide = any(one.low != one.high for one in backed)
            low, high = (-1.0, 1.0) if wide else (0.0, 0.0)
        if low is None or high is None:
            if evidence:
                self.missing(items, backed[0])
            else:
                key = "low" if low is None else "high"
                items.fault(items.node.line, key, Message("sweep.range_missing", {"key": key}))
            return None
        if not low < high:
            message = Message(
                "sweep.no_width", {"name": parameter.name, "low": f"{low:g}", "high": f"{high:g}"}
            )
            items.fault(items.line("range" if evidence else "low"), "low", message, Message("sweep.two_ends"))
            return None
        slack = ALIKE * max(1.0, abs(base))
        if not low - slack <= base <= high + slack:
            values = {"base": f"{base:g}", "low": f"{low:g}", "high": f"{high:g}"}
            items.fault(items.line("low"), "low", Message("sweep.base_outside", values))
            return None
        return low, high

    def missing(self, items: Items, own: Backed) -> None:
        """The evidence of a number has no range, or one end of it."""
        values = {"row": own.key or own.table, "column": own.column}
        if own.low is None and own.high is None:
            items.fault(items.line("range"), "range", Message("sweep.no_evidence_range", values), GIVE_ENDS)
            return
        end = "high" if own.high is None else "low"
        remedy = Message("sweep.give_other_end", {"end": end})
        items.fault(items.line("range"), "range", Message("sweep.one_end", {**values, "end": end}), remedy)

    def checked(self, items: Items, parameter: Parameter) -> Parameter | None:
        """The parameter where both ends are within what the schema and one-sided evidence admit."""
        ends = (("low", parameter.low), ("high", parameter.high))
        whole = [possible(items, key, parameter, value) for key, value in ends]
        return parameter if all(whole) else None


def possible(items: Items, key: str, parameter: Parameter, value: float) -> bool:
    """Whether a value is within what the schema and one-sided evidence admit; a fault at its key where it is not."""
    for cell, at, limit in beyond(parameter, value):
        values = {"row": cell.key, "column": cell.column, "at": f"{at:g}", "limit": limit}
        items.fault(items.line(key), key, Message("sweep.beyond_limit", values))
        return False
    return True


GIVE_ENDS = Message("sweep.give_ends")


def _written(value: Any) -> str:
    """A cell as it would be written."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def _said(items: Items) -> str:
    node = items.node.items.get("where")
    if isinstance(node, Scalar) or node is None or isinstance(node, Sequence):
        return "all"
    return ", ".join(f"{key} = {'|'.join(_texts(value))}" for key, value in node.items.items())


def _texts(node: Any) -> Iterator[str]:
    for one in node.items if isinstance(node, Sequence) else [node]:
        if isinstance(one, Scalar):
            yield one.text


def _told(items: Items, column: str) -> bool:
    """Whether a fault of this parameter's own lines has been told already."""
    return any(f.column == column and f.row >= items.node.line for f in items.faults)
