"""What the column `item` names in tables whose rows speak of several kinds of things, in the reader's language."""

from __future__ import annotations

import pandas as pd

from redmud_opt.i18n import Message, template, text
from redmud_opt.report.labels import Labels


def item_words(name: str, source: pd.DataFrame, labels: Labels) -> pd.Series:
    """Items of the readiness or of the rows beneath the scorecard in words."""
    if name == "readiness":
        words = [_class_or_name(str(item), labels) for item in source["item"]]
    else:
        pairs = zip(source["table"], source["item"], strict=True)
        words = [_beneath(str(table), str(item), labels) for table, item in pairs]
    return pd.Series(words, index=source.index, dtype="str")


def place_words(places: pd.Series, labels: Labels) -> pd.Series:
    """Plants and owners by their labels; a blank is all of them."""
    whole = text(Message("report.all_plants"), labels.language)
    return places.map(lambda name: labels.name(name) if name else whole)


def _class_or_name(item: str, labels: Labels) -> str:
    known = template(f"plan.class_{item}", labels.language) is not None
    return labels.word("class", item) if known else labels.name(item)


def _beneath(table: str, item: str, labels: Labels) -> str:
    """A row of a table of the plan: by its lane, scope, class and code, origin and total, or name."""
    parts = item.split("/")
    if table == "flows":
        return labels.lane(item)
    if table == "accounts":
        return labels.word("scope", item)
    if table in ("statistical_form", "year_to_date"):
        return " ".join([labels.word("class", parts[0]), *parts[1:]]).strip()
    if table == "totals":
        origin, total, cohort = parts
        return ", ".join((labels.origin(origin), labels.word("total", total), labels.word("cohort", cohort)))
    return labels.arising(item)
