"""All that there is to show of a study, and a page of it that stands alone."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from redmud_opt.i18n import text
from redmud_opt.report.figures import FONT, INK
from redmud_opt.report.studies.deciding import of_decisions, of_two_stage
from redmud_opt.report.studies.samples import of_sample
from redmud_opt.report.studies.single import BY_DESIGN
from redmud_opt.report.studies.telling import Picture, Teller
from redmud_opt.study.sweeps.designs import SAMPLED
from redmud_opt.study.sweeps.results import Results
from redmud_opt.study.sweeps.said import lines


def pictures(results: Results, language: str) -> list[Picture]:
    """What there is to show of a study, by its design."""
    teller = Teller(results, language)
    found: list[Picture] = []
    if not len(results.with_plan(base=False)):
        return [] if not len(results.failures()) else [_failures(teller)]
    for output in results.outputs:
        found += [make(teller, output) for make in BY_DESIGN.get(results.kind, ())]
    if results.kind in SAMPLED and results.kind != "decisions":
        found += of_sample(teller)
    if results.kind == "decisions":
        found += of_decisions(teller)
    if results.kind == "two_stage":
        found += of_two_stage(teller)
    if len(results.failures()):
        found.append(_failures(teller))
    return found


TELLING = ("faulty", "rejected", "crashed")
"""Status of members whose reason says more than the status."""


def _failures(teller: Teller) -> Picture:
    """Members without a plan, by their reasons."""
    found = teller.results.failures()
    told = found["reason"].where(found["status"].isin(TELLING), "")
    said = pd.DataFrame({"status": found["status"].map(teller.status), "reason": told})
    table = said.groupby(["status", "reason"]).size().rename("count").reset_index()
    table.columns = pd.Index([teller.head(name) for name in ("status", "reason", "count")])
    return Picture(teller.say("title_failures"), None, table)


STYLE = f"""
body {{ font-family: {FONT}; color: {INK}; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.45; }}
h1 {{ font-size: 1.5rem; }} h2 {{ font-size: 1.15rem; margin-top: 2.2rem; }}
table {{ border-collapse: collapse; font-size: 0.85rem; margin: 0.6rem 0; display: block; overflow-x: auto; }}
th, td {{ border-bottom: 1px solid #d5dbe1; padding: 0.25rem 0.7rem; text-align: right; vertical-align: top; }}
th:first-child, td:first-child {{ text-align: left; }} th {{ background: #f3f5f7; }}
p.note {{ color: #46525d; }} li {{ margin: 0.2rem 0; }}
"""


def page(results: Results, language: str) -> str:
    """One HTML page: what is said, and every figure with its table."""
    heading, *more = lines(results)
    title = escape(results.title(language) or text(heading, language))
    parts = [f"<h1>{title}</h1>", f"<p>{escape(text(heading, language))}</p>", "<ul>"]
    parts += [f"<li>{escape(text(line, language))}</li>" for line in more]
    parts.append("</ul>")
    script: bool | str = True
    for picture in pictures(results, language):
        parts.append(f"<h2>{escape(picture.title)}</h2>")
        if picture.figure is not None:
            settings: dict[str, Any] = {"displayModeBar": False, "responsive": True}
            parts.append(picture.figure.to_html(full_html=False, include_plotlyjs=script, config=settings))
            script = False
        if picture.note:
            parts.append(f'<p class="note">{escape(picture.note)}</p>')
        parts.append(picture.table.to_html(index=False, border=0))
    body = "\n".join(parts)
    tag = "zh-CN" if language == "zh" else "en"
    return (
        f'<!doctype html>\n<html lang="{tag}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body>\n{body}\n</body></html>\n"
    )
