"""The page of the formulation: `python -m redmud_opt.report.formulationdocs [FOLDER]` writes docs/formulation.md.

Made from what is there, so that it cannot drift: the list of families in its order, the words beside each in that
list, the equations, units and sources that open its module, the rows and columns that it makes, and how many of them
each shipped case has. At its end: which case uses which option.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from pyomo.environ import ConcreteModel

from redmud_opt.case import Case, load_case
from redmud_opt.case.bundle import bundled, bundled_names
from redmud_opt.case.columns import default_of
from redmud_opt.i18n import template
from redmud_opt.model import FORMULATION, formulation
from redmud_opt.model.arrays import Columns, Rows
from redmud_opt.model.formulation import Family
from redmud_opt.network import build_network

PAGE = "formulation.md"
CASES = ("guangxi", "circuits", "group", "national", "india", "guangxi_blending")
OPTIONS = (
    ("less arising, a switch, more of it", "reductions", ""),
    ("relining campaigns", "relinings", ""),
    ("certificates pooled by date", "composition", "certificate_date"),
    ("elements balanced", "properties", "element"),
    ("a partner's lines for a fee", "contracts", "tolling"),
    ("take-or-pay", "contracts", "take_or_pay_t_per_a"),
    ("price paths", "price_paths", ""),
    ("shared bases", "ownership", ""),
    ("burden of inputs", "factors", ""),
    ("burden avoided", "avoided", ""),
    ("price of carbon", "settings", "co2_price_cny_per_t"),
    ("modes, clean transport", "modes", ""),
    ("capacity of the lanes of a haul rule", "haul", "lane_capacity_t"),
    ("lots on the lanes of a haul rule", "haul", "min_lot_t"),
    ("yard by its curve", "yard_curves", ""),
    ("freeboard in the rains", "storages", "rainy_calendar"),
    ("raise of a dam", "raises", ""),
    ("new yard", "storages", "candidate"),
    ("yard that the plan may close", "storages", "may_close"),
    ("closure at its cost", "storages", "closure_cost_cny"),
    ("measures on yards and their risk", "yard_measures", ""),
    ("pool", "storages", "mixed"),
    ("stock at the end by storage", "storages", "end_stock"),
    ("points that exclude each other", "points", "one_per_period"),
    ("change limits against a baseline", "change_limits", ""),
    ("VAT refund", "vat_refunds", ""),
    ("permits for hazardous waste", "permits", ""),
    ("approvals and filings over borders of provinces", "approvals", ""),
    ("incompatible wastes", "incompatibilities", ""),
    ("use steps exempt", "exemptions", ""),
)
"""What a case may use and need not: words, the table, and the column that says so (none: any row of the table)."""

SOURCE = re.compile(r"MODEL\.md ([^.]*)\.")


@dataclass(frozen=True)
class Part:
    """Rows or columns that a family makes. `counts`: how many each shipped case has."""

    name: str
    what: str
    labels: tuple[str, ...]
    counts: tuple[int, ...]
    kind: str = ""
    message: str = ""


def words_beside(family: Family) -> str:
    """What stands beside a family in the list of the formulation."""
    listed = inspect.getsource(formulation).split("FORMULATION:")[1]
    found = re.search(rf"^    {family.__name__},  # (.+)$", listed, re.MULTILINE)
    return found.group(1) if found else ""


def opening(family: Family) -> str:
    """The docstring that opens the module of a family: equation, units, source."""
    return inspect.getdoc(inspect.getmodule(family)) or ""


def sources(family: Family) -> tuple[str, ...]:
    """The rules of MODEL.md that the module names."""
    return tuple(" ".join(found.split()) for found in SOURCE.findall(opening(family)))


@cache
def parts() -> dict[str, tuple[Part, ...]]:
    """Name of a family → its rows and columns, over all shipped cases."""
    found: dict[str, dict[str, Part]] = {family.__name__: {} for family in FORMULATION}
    for k, case in enumerate(CASES):
        for family, name, component in _built(case):
            part = found[family].get(name) or _part(name, component)
            counts = (*part.counts[:k], len(component), *part.counts[k + 1 :])
            found[family][name] = Part(part.name, part.what, part.labels, counts, part.kind, part.message)
    return {family: tuple(by_name.values()) for family, by_name in found.items()}


def _built(case: str) -> Iterator[tuple[str, str, Columns | Rows]]:
    network = build_network(_case(case))
    m = ConcreteModel()
    for family in FORMULATION:
        before = set(m.component_map())
        family(m, network)
        for name, component in m.component_map().items():
            if name not in before and isinstance(component, (Columns, Rows)):
                yield family.__name__, name, component


def _part(name: str, component: Columns | Rows) -> Part:
    labels = tuple(component.index.names)
    counts = (0,) * len(CASES)
    if isinstance(component, Rows):
        return Part(name, "rows", labels, counts, component.tags["kind"], component.tags["message"])
    return Part(name, "columns", labels, counts)


def uses(case: Case, table: str, column: str) -> bool:
    """Whether a case has a row of the table, with the column at another value than a blank cell means."""
    rows = (case.settings,) if table == "settings" else getattr(case, table)
    return any(not column or getattr(row, column) != default_of(type(row), column) for row in rows)


@cache
def users() -> dict[str, tuple[str, ...]]:
    """Words of an option → the cases that use it; scenarios are named only where no case does."""
    names = sorted(bundled_names())
    whole = [name for name in names if (bundled(name) / "case.yaml").is_file()]
    scenarios = [name for name in names if name not in whole]
    found = {}
    for words, table, column in OPTIONS:
        using = [name for name in whole if uses(_case(name), table, column)]
        found[words] = tuple(
            using
            or (name for name in scenarios if _says(name, table, column) and uses(_case(name), table, column))
        )
    return found


def _says(scenario: str, table: str, column: str) -> bool:
    """Whether the file of a scenario speaks of an option at all: what it does not name is as in its base."""
    return (column if table == "settings" else table) in bundled(scenario).read_text(encoding="utf-8")


@cache
def _case(name: str) -> Case:
    return load_case(bundled(name))


def _options() -> Iterator[str]:
    yield "## Which case uses which option"
    yield ""
    yield "Options that a case need not use; scenarios are named where no whole case does."
    yield ""
    yield "| option | stated in | used by |"
    yield "|---|---|---|"
    for words, table, column in OPTIONS:
        place = f"`{table}`" + (f", `{column}`" if column else "")
        yield f"| {words} | {place} | {', '.join(users()[words]) or 'no shipped case'} |"


def page() -> str:
    """The page as text."""
    lines = [
        "# The formulation",
        "",
        "Generated by `python -m redmud_opt.report.formulationdocs`; do not edit. The families of the model in the "
        "order in which they are built: what each says, its equations with units, where the rule comes from, the "
        "rows and columns it makes, and how many of them the shipped cases have. `MODEL.md` is the statement of what "
        "the model means that the project is built to. Kinds of rows: *physics*, *law* (never relaxed), *policy* "
        "(limits, targets, contracts) and *link* (definitions).",
        "",
    ]
    for module, families in groupby(FORMULATION, key=lambda family: family.__module__):
        lines += _section(module, list(families))
    lines += _options()
    return "\n".join(lines).rstrip() + "\n"


def _section(module: str, families: list[Family]) -> Iterator[str]:
    title, *rest = opening(families[0]).split("\n")
    yield f"## {title.rstrip('.')}"
    yield ""
    yield f"`{module.removeprefix('redmud_opt.')}`" + _told(sources(families[0]))
    yield ""
    text = "\n".join(rest).strip("\n")
    if text:
        yield from ("```text", text, "```", "")
    for family in families:
        yield from _family(family)


def _told(rules: tuple[str, ...]) -> str:
    return f"; source: MODEL.md {', '.join(rules)}" if rules else ""


def _family(family: Family) -> Iterator[str]:
    made = parts()[family.__name__]
    yield f"### `{family.__name__}`: {words_beside(family)}"
    yield ""
    if not made:
        yield "Makes no rows or columns in the shipped cases."
        yield ""
        return
    yield f"| name | what | per | kind | {' | '.join(CASES)} |"
    yield f"|---|---|---|---|{'---:|' * len(CASES)}"
    for part in made:
        what = template(part.message, "en") if part.message else part.what
        counts = " | ".join(f"{count:,}" if count else "" for count in part.counts)
        yield f"| `{part.name}` | {what} | {', '.join(part.labels)} | {part.kind} | {counts} |"
    yield ""


def write(folder: Path) -> Path:
    """Writes the page into `folder`."""
    path = folder / PAGE
    path.write_text(page(), encoding="utf-8")
    return path


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
