"""Names in a plan's tables → words in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from redmud_opt.i18n import Message, template, text
from redmud_opt.network.clocks import UNKNOWN
from redmud_opt.plan import Plan
from redmud_opt.plan.lots import BETWEEN as IN_LOT
from redmud_opt.plan.papers import AND
from redmud_opt.plan.paths import BETWEEN


class Labels:
    """The labels of one plan in one language; what has no label there is shown by its other label or its name."""

    def __init__(self, plan: Plan, language: str) -> None:
        self.language = language
        self._plan = plan
        own = plan.labels.get(language, {})
        others = [words for known, words in plan.labels.items() if known != language]
        self._words = {name: label for words in (*others, own) for name, label in words.items() if label}

    def name(self, name: str) -> str:
        """A declared name: site, process, outlet, storage, material, line …"""
        return self._words.get(name, name)

    def word(self, group: str, name: str) -> str:
        """A word of the program's own vocabulary (waste class, cohort, value term); its name if there is none."""
        if group == "mode" and name in self._words:
            return self._words[name]
        return word(group, name, self.language)

    def origin(self, origin: str) -> str:
        """`class` or `class:plant`."""
        waste_class, _, plant = origin.partition(":")
        words = self.word("class", waste_class) if waste_class else ""
        return self._say("of_plant", what=words, plant=self.name(plant)) if plant else words

    def stream(self, stream: str) -> str:
        """A stream: its material, what it was made from, whose waste it was, and its cohort and age."""
        if stream not in self._streams:
            return self.name(stream)
        row = self._streams[stream]
        words = self.name(row["material"])
        if row["point"]:
            words = self._say("of_point", what=words, point=row["point"])
        if row["parent"]:
            words = self._say("made_from", what=words, parent=self._lineage(row["parent"]))
        if row["plant"]:
            words = self._say("of_plant", what=words, plant=self.name(row["plant"]))
        if row["cohort"]:
            words = self._say("of_cohort", what=words, cohort=self.word("cohort", row["cohort"]))
        return self._arisen(words, row.get("arose", ""))

    def _arisen(self, words: str, arose: str) -> str:
        """What a waste with a storage clock is called: when it arose is a part of it."""
        if not arose:
            return words
        return (
            self._say("arisen_unknown", what=words)
            if arose == UNKNOWN
            else self._say("arisen", what=words, arose=arose)
        )

    def lane(self, lane: str) -> str:
        """A lane by its ends and mode; by its name where nothing moves on it."""
        ends = self._lanes.get(lane)
        if ends is None:
            return self.name(lane)
        start, end, mode = ends
        words = f"{self.name(start)} → {self.name(end)}"
        return self._say("of_point", what=words, point=self.word("mode", mode)) if mode else words

    def arising(self, name: str) -> str:
        """A row of arisings by what arises and where, for it has no label; anything else by its own."""
        if name in self._words or name not in self._arisings:
            return self.name(name)
        stream, site = self._arisings[name]
        what = self._streams[stream]["material"] if stream in self._streams else stream
        return self._say("of_plant", what=self.name(what), plant=self.name(site))

    def window(self, window: str) -> str:
        """A year, or the whole horizon."""
        return self._say("horizon") if window == "horizon" else window

    def path(self, path: str) -> str:
        """Sites, storages and processes on the way of a waste."""
        return " → ".join(self.name(name) for name in path.split(BETWEEN))

    def lots(self, names: str) -> str:
        """Lots of the ledger: what, where and since when."""
        parts = (
            [self.name(self.word("lot", part)) for part in name.split(IN_LOT)] for name in names.split(AND)
        )
        return text(Message("report.between"), self.language).join(IN_LOT.join(part) for part in parts)

    def unit(self, unit: str) -> str:
        """The unit of a capacity."""
        key = f"plan.unit_{unit}"
        return unit if template(key, self.language) is None else text(Message(key), self.language)

    def _lineage(self, lineage: str) -> str:
        """A feed by its materials, the nearest first: `tailings<hgms.coarse<mud` → tailings, mud."""
        return " ← ".join(self.name(material) for material in lineage.split("<")[::2])

    def _say(self, key: str, **values: object) -> str:
        return text(Message(f"report.label.{key}", values), self.language)

    @cached_property
    def _lanes(self) -> Mapping[str, tuple[str, str, str]]:
        rows = self._plan.frames["flows"].drop_duplicates("lane")
        columns = rows[["lane", "from_site", "to_site", "mode"]].itertuples(index=False)
        return {str(lane): (str(start), str(end), str(mode)) for lane, start, end, mode in columns}

    @cached_property
    def _arisings(self) -> Mapping[str, tuple[str, str]]:
        """Row of arisings → (stream, site)."""
        frame = self._plan.frames["arisings"].drop_duplicates("arising")
        return dict(zip(frame["arising"], zip(frame["stream"], frame["site"], strict=True), strict=True))

    @cached_property
    def _streams(self) -> Mapping[str, Mapping[str, str]]:
        rows = self._plan.frames["streams"].to_dict("records")
        return {str(row["stream"]): {str(k): str(v) for k, v in row.items()} for row in rows if row["origin"]}


def word(group: str, name: str, language: str) -> str:
    """A word of the program's own vocabulary, the name itself where the catalogue has none; fit to begin a label."""
    for key in (f"report.{group}.{name}", f"plan.{group}_{name}"):
        words = template(key, language)
        if words is not None and "{" not in words:  # what has a place for more is a sentence, not a word
            words = text(Message(key), language)
            return words[:1].upper() + words[1:]
    return name


NOT_NAMES = ("table", "tables", "column", "key", "file", "pack", "case")
"""Values of messages that speak of files or of the case, not of things in it."""


def labelled(message: Message, labels: Mapping[str, str]) -> Message:
    """The message with the label of everything it names, the name behind it."""
    values = {k: v if k in NOT_NAMES else _labelled(v, labels) for k, v in message.values.items()}
    return Message(message.key, values)


def _labelled(value: object, labels: Mapping[str, str]) -> object:
    if isinstance(value, Message):
        return labelled(value, labels)
    if isinstance(value, tuple | list):
        return tuple(_labelled(item, labels) for item in value)
    if isinstance(value, str) and value in labels:
        return Message("report.label.with_name", {"label": labels[value], "name": value})
    return value
