"""Sets the blocks of a report as one HTML file. Whatever a case calls its things is text, never markup or script."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import jinja2
import plotly.graph_objects as go
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from redmud_opt.case import Case
from redmud_opt.i18n import text
from redmud_opt.plan import Plan
from redmud_opt.report.case_facts import horizon, title
from redmud_opt.report.charts import Chart
from redmud_opt.report.document.blocks import Block, Figure, Section, Table, say
from redmud_opt.report.document.group import Answers, parts
from redmud_opt.report.document.plants import plants
from redmud_opt.report.figures import FONT

WIDTH_PX = 860
"""Pixels across a figure that has no width of its own."""

PAPER_PX, PAPER_HIGH_PX = 690, 900
"""Pixels across and down that a figure may take on a printed page (A4 with its margins)."""

WHOLE = re.compile(r"[\d-]{8,10}")
"""A date or a waste code: never broken into lines."""


def html(
    case: Case, plan: Plan, language: str = "en", answers: Answers = (), more: Sequence[Block] = ()
) -> str:
    """The report of a plan. `answers`: what was asked of it; `more`: what studies say, told under what is unsure."""
    sections = [*parts(case, plan, language, answers, more)]
    own = [*plants(case, plan, language)]
    figures = list(_figures([*sections, *own]))
    numbers = {id(figure): number for number, figure in enumerate(figures, start=1)}
    values = {
        "language": {"zh": "zh-CN"}.get(language, language),
        "title": title(case, language),
        "classification": case.settings.classification,
        "horizon": text(horizon(case), language),
        "sections": sections,
        "plants": own,
        "figures": figures,
        "number_of": lambda figure: numbers[id(figure)],
        "width_of": lambda figure: width_of(figure.chart),
        "zoom_of": lambda figure: f"{zoom_of(figure.chart):.3f}",
        "data_of": lambda figure: json_of(figure.chart),
        "kind": kind_of,
        "is_whole": lambda cell: bool(WHOLE.fullmatch(cell)),
        "say": lambda key, **more_: say(key, language, **more_),
        "css": css_text,
        "font": Markup(FONT),
        "plotly": Markup(get_plotlyjs().replace("</script", "<\\/script")),
        "provenance": _provenance(plan, language),
    }
    return _template().render(values)


@cache
def _template() -> jinja2.Template:
    loader = jinja2.PackageLoader("redmud_opt.report", "templates")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("report.html")


def kind_of(block: Block) -> str:
    """What a block is, for the template."""
    return type(block).__name__


def _figures(sections: Sequence[Section]) -> Iterator[Figure]:
    for section in sections:
        yield from (block for block in section.blocks if isinstance(block, Figure))


def width_of(chart: Chart) -> int:
    """Pixels across."""
    return max(WIDTH_PX, chart.least_width)


def zoom_of(chart: Chart) -> float:
    """By how much a figure is made smaller to stand on a page."""
    return min(1.0, PAPER_PX / width_of(chart), PAPER_HIGH_PX / float(chart.figure.layout.height))


def json_of(chart: Chart) -> Markup:
    """The figure as data inside a script: no sign in it can end the script or begin markup."""
    figure = go.Figure(chart.figure).update_layout(width=width_of(chart))
    words = str(figure.to_json())
    for sign in "<>&\u2028\u2029":
        words = words.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(words)


def css_text(words: str) -> Markup:
    """Words as a string of a style sheet: everything but letters, digits and blanks by its number."""
    return Markup('"' + re.sub(r"[^\w ]", lambda sign: f"\\{ord(sign.group()):x} ", words) + '"')


def _provenance(plan: Plan, language: str) -> Table:
    """Case, versions, and one digest over all input files; that of each stands with the run."""
    found: dict[str, Any] = dict(plan.provenance)
    inputs = {str(name): str(digest) for name, digest in found.get("inputs", {}).items()}
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(inputs.items()))
    rows = [(say("case", language), plan.case_name)]
    rows += [(name, str(version)) for name, version in found.get("versions", {}).items()]
    whole = hashlib.sha256(lines.encode()).hexdigest()
    rows.append((say("provenance_inputs", language, count=len(inputs)), whole))
    heads = (say("provenance_what", language), say("provenance_which", language))
    return Table(say("provenance", language), heads, tuple(rows))
