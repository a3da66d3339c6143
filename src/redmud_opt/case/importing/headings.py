"""What a column of a ledger holds, told by its heading: what, in which unit, dry or wet, of which year.

    heading("产生量（万吨，湿基）") → Heading("amount", unit="万吨", factor=1e4, basis="wet")
    heading("2025年产生量/吨")      → Heading("amount", unit="吨", factor=1, year=2025)

The words stand in a vocabulary (of a ledger of arisings and stocks: LEDGER), UNITS, BASES and RATES. What stands in
brackets, behind a comma or at the end of a heading is unit and basis. A unit that is not in the table is left as it
is written, for a fault: "MT" or "tons" is no guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from redmud_opt.case.names import visible

NAMES: dict[str, str] = {
    "site": "厂|厂名|厂区|工厂|企业|企业名称|单位|单位名称|产废单位|产生单位|公司|公司名称|分厂|基地|厂址"
    "|plant|site|facility|company|refinery|smelter|works|producer|generator",
    "material": "废物名称|固废名称|危废名称|危险废物名称|固体废物名称|物料|物料名称|废物|固废|危废|名称|种类"
    "|material|waste|waste name|name of waste|residue|stream",
    "code": "废物代码|危废代码|固废代码|危险废物代码|代码|code|waste code",
    "like": "参照|参照物料|类似|沿用|like",
    "amount": "产生量|年产生量|月产生量|产出量|产生数量|本年产生量|本月产生量|本年度产生量|发生量"
    "|generated|generation|amount|arising|arisings|quantity|amount generated|waste generated|tonnage",
    "moisture": "含水率|水分|含水量|附着水|moisture|water content|moisture content",
    "production": "产量|产品产量|主产品产量|氧化铝产量|电解铝产量|原铝产量|铝产量"
    "|production|output|alumina production|aluminium production|aluminum production",
    "factor": "产生系数|产污系数|产渣系数|系数|单耗|吨铝产生量|吨氧化铝产生量|factor|generation factor",
    "year": "年|年份|年度|统计年份|year",
    "month": "月|月份|月度|统计月份|month",
    "period": "时段|period",
    "stock": "贮存量|堆存量|库存|库存量|期末库存|期末库存量|期末贮存量|年末贮存量|累计贮存量|累计堆存量|存量"
    "|stock|stored|inventory|closing stock|opening stock|stockpile|in store",
    "storage": "贮存场所|贮存设施|贮存场|贮存库|堆场|堆场名称|库房|仓库|赤泥库"
    "|storage|storage name|yard|warehouse|shed",
    "arose_on": "产生日期|产生时间|入库日期|入库时间|date of arising|arose on|generated on|date in",
    "stock_date": "库存日期|盘点日期|截止日期|截至日期|盘库日期|盘存日期|库存时间|盘点时间|库存截止日期|统计截止日期"
    "|stock date|date of stock|stocktaking date|date of stocktaking|inventory date|as of|as at",
    "unit": "计量单位|数量单位|unit|units",
    "basis": "干湿|干湿基|计量基准|basis|dry or wet",
    "longitude": "经度|longitude",
    "latitude": "纬度|latitude",
    "ignore": "序号|编号|备注|说明|填报人|联系人|联系电话|电话|no|no.|#|remark|remarks|comment|notes|ignore",
}
"""Field → usual headings."""

UNITS = {
    "吨": 1.0, "t": 1.0, "tonne": 1.0, "tonnes": 1.0, "公吨": 1.0, "万吨": 1e4, "万t": 1e4, "千吨": 1e3, "kt": 1e3,
    "百万吨": 1e6, "Mt": 1e6, "亿吨": 1e8, "kg": 1e-3, "千克": 1e-3, "公斤": 1e-3,
}  # fmt: skip
"""Unit of an amount → tonnes."""

SHARES = {"%": 0.01, "wt%": 0.01, "percent": 0.01, "share": 1.0, "小数": 1.0, "比例": 1.0}
"""Unit of a moisture → share."""

FACTORS = {"t/t": 1.0, "吨/吨": 1.0, "kg/t": 1e-3, "千克/吨": 1e-3, "公斤/吨": 1e-3}
"""Unit of a factor → tonnes per tonne."""

BASES = {
    "dry": "dry", "干": "dry", "干基": "dry", "干重": "dry", "绝干": "dry", "干态": "dry", "wet": "wet", "湿": "wet",
    "湿基": "wet", "湿重": "wet", "湿态": "wet", "as_received": "wet", "收到基": "wet", "实物量": "wet",
}  # fmt: skip
RATES = {
    "/a": "year", "/yr": "year", "/year": "year", "/年": "year", "/m": "month", "/mo": "month", "/month": "month",
    "/月": "month",
}  # fmt: skip

NAMED_RATES = {
    "年产生量": "year", "本年产生量": "year", "本年度产生量": "year", "月产生量": "month", "本月产生量": "this_month",
}  # fmt: skip
"""Headings that say by themselves of what time their amounts are."""

REMARKS = ("备注", "说明", "remark", "remarks", "comment", "notes")
"""Headings of columns with free words."""

_BRACKETS = re.compile(r"[(\[{]([^)\]}]*)[)\]}]")
_YEAR = re.compile(r"(?<![0-9])(19[0-9]{2}|20[0-9]{2})(?![0-9])\s*(?:年度|年)?")
_TAIL = re.compile(r"(.*\S)[\s_,;、/]+([^\s_,;、]+)")
_GLUED = re.compile("|".join(word for word in BASES if len(word) > 1 and not word.isascii()))
_WORDS = re.compile(r"[\s,;、·]+")


def plain(text: str) -> str:
    """Without odd spaces and widths: （ is ( , ％ is %."""
    return unicodedata.normalize("NFKC", visible(text))


def _key(words: str) -> str:
    return re.sub(r"[\s_\-]+", "", words).casefold()


@dataclass(frozen=True)
class Vocabulary:
    """What the headings of a kind of table may say. names: field → usual headings.

    amounts: fields that hold tonnes; many: fields that several columns may hold; plain: fields whose numbers have
    no unit of mass; dated: fields that a date may stand for; totalled: fields in whose place a total says what it is.
    """

    names: Mapping[str, str]
    amounts: tuple[str, ...]
    many: tuple[str, ...]
    plain: tuple[str, ...]
    dated: tuple[str, ...]
    totalled: tuple[str, ...]

    @cached_property
    def fields(self) -> dict[str, str]:
        """Heading, without spaces and case → field."""
        return {_key(word): field for field, words in self.names.items() for word in words.split("|")}

    @property
    def numbers(self) -> tuple[str, ...]:
        """Fields that hold numbers."""
        return (*self.amounts, "moisture", "factor", *self.plain)


LEDGER = Vocabulary(
    NAMES,
    amounts=("amount", "stock", "production"),
    many=("amount", "ignore"),
    plain=("longitude", "latitude"),
    dated=("year", "month", "arose_on", "stock_date", "ignore"),
    totalled=("site", "material", "code", "storage", "year", "month", "period"),
)
"""A planner's own table of arisings and stocks."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a column holds. `factor` makes tonnes, or a share, of a number in `unit`; None: the unit is not known.

    `per`: `month` or `year` of a rate, `this_month` of what can only be the amount of one month.
    """

    field: str
    unit: str = ""
    factor: float | None = None
    basis: str = ""
    per: str = ""
    year: int | None = None

    def over(self, other: Heading) -> Heading:
        """This heading, with unit, basis and year of another where it states none."""
        unit = self if self.unit else other
        return replace(
            self,
            unit=unit.unit,
            factor=unit_of(unit.unit, self.field),
            basis=self.basis or other.basis,
            per=self.per or other.per,
            year=self.year if self.year is not None else other.year,
        )


def unit_of(unit: str, field: str) -> float | None:
    """What a unit is in tonnes (in tonnes per tonne, as a share); None where it is not known."""
    if field == "moisture":
        return SHARES.get(unit)
    if field == "factor":
        ratio = re.match(r"[^/]+/(?:t|吨)", unit.replace(" ", ""))  # of alumina, of aluminium: t/t-Al2O3
        return None if ratio is None else FACTORS.get(ratio[0])
    return UNITS.get(unit.casefold() if len(unit) > 2 else unit)


def _is_qualifier(word: str) -> bool:
    bare = next((word.removesuffix(rate) for rate in RATES if word.endswith(rate)), word)
    return bare in BASES or any(
        unit_of(bare, field) is not None for field in ("amount", "moisture", "factor")
    )


def _parted(text: str) -> tuple[str, str]:
    """(name, qualifiers) of a heading."""
    words = plain(text).replace("as received", "as_received")
    said = _BRACKETS.findall(words)
    name = _BRACKETS.sub(" ", words).strip()
    while (found := _TAIL.fullmatch(name)) and _is_qualifier(found[2]):
        name, said = found[1].rstrip(" ,;、/"), [*said, found[2]]
    said += [found[1] + "年" for found in _YEAR.finditer(name)]
    name = _YEAR.sub("", name)
    said += _GLUED.findall(name)
    name = _GLUED.sub("", name)
    kept = [word for word in name.split(" ") if word.casefold() not in ("dry", "wet", "as_received")]
    said += [word.casefold() for word in name.split(" ") if word not in kept]
    return " ".join(kept), " ".join(said)


def _qualified(field: str, words: str) -> Heading:
    years = [int(found[1]) for found in _YEAR.finditer(words)]
    units, bases, per = [], set(), ""
    for word in filter(None, _WORDS.split(_YEAR.sub(" ", words))):
        rate = next((rate for rate in RATES if word.casefold().endswith(rate) and word not in FACTORS), "")
        bare = word[: len(word) - len(rate)] if rate and field != "factor" else word
        if bare in BASES or bare.casefold() in BASES:
            bases.add(BASES.get(bare, BASES.get(bare.casefold(), "")))
        elif re.fullmatch(r"干\s*/\s*湿|湿\s*/\s*干|dry/wet|wet/dry", bare):
            bases |= {"dry", "wet"}
        else:
            units.append(bare)
        per = RATES.get(rate, per) if bare != word else per
    unit = next((one for one in units if unit_of(one, field) is not None), units[0] if units else "")
    basis = "both" if len(bases) > 1 else next(iter(bases), "")
    return Heading(field, unit, unit_of(unit, field), basis, per, years[0] if len(years) == 1 else None)


def heading(text: str, vocabulary: Vocabulary = LEDGER) -> Heading | None:
    """What a column holds by its heading; None for one that is not known."""
    field = vocabulary.fields.get(_key(plain(text)))
    if field is not None:
        return Heading(field, per=NAMED_RATES.get(_key(plain(text)), ""))
    name, words = _parted(text)
    field = vocabulary.fields.get(_key(name))
    return None if field is None else _named(_qualified(field, words), name)


def _named(held: Heading, name: str) -> Heading:
    """A heading with the rate of its name, where its unit states none."""
    return replace(held, per=held.per or NAMED_RATES.get(_key(name), ""))


def qualified(field: str, text: str) -> Heading:
    """What a heading says of unit, basis and year of a column whose field is known."""
    name, words = _parted(text)
    return _named(_qualified(field, words), name)


def qualifiers(field: str, cell: str) -> Heading:
    """What a cell that holds only a unit or a basis says of its column."""
    return _qualified(field, re.sub(r"[()\[\]]", " ", plain(cell)))


def is_remark(text: str) -> bool:
    """Whether a heading is that of a column with free words."""
    return _key(plain(text)) in REMARKS


def fields_of(headings: Iterable[str], vocabulary: Vocabulary = LEDGER) -> int:
    """How many of these are headings that are known."""
    known = (heading(text, vocabulary) for text in headings)
    return len({found.field for found in known if found and found.field != "ignore"})
