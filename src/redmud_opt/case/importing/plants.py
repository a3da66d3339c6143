"""Whether two names of plants may mean the same plant: one holds the other, or both speak of the same place.

    holds("内蒙古包头电解铝厂（包头铝业）", "包头铝业")            True
    shares_place("广西平果电解铝厂（华磊）", "平果铝厂")           True
    shares_place("平果氧化铝一厂", "平果氧化铝二厂")              False: plant 1 is not plant 2

Both work on text alone. What a name holds beside the usual words for a plant or a company is taken for its place.
"""

from __future__ import annotations

import re

from redmud_opt.case.importing.headings import plain

NUMERALS = re.compile("[0-9一二三四五六七八九十东西南北]")
"""Signs that tell plants of one company apart."""

PROVINCES = (
    "北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|重庆"
    "|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆"
)
_PROVINCE = re.compile(rf"(?:{PROVINCES})(?:壮族自治区|回族自治区|维吾尔自治区|自治区|省|市)?")
_USUAL = re.compile(
    "有限责任公司|股份有限公司|有限公司|分公司|公司|集团|股份|氧化铝|电解铝|铝业|铝电|分厂|总厂|厂区|铝厂|厂|企业|基地"
    "|[()\\s,、]"
)
_USUAL_WORDS = re.compile(
    "alumina|alumini?um|refinery|refineries|smelters?|plants?|works|company|co|ltd|limited|inc|corp|corporation|group"
    "|the|of|at|and"
)
_MAKES = (re.compile("氧化铝|alumina|refiner"), re.compile("电解铝|smelter"))
_BRACKETS = re.compile(r"\(([^)]*)\)")


def _usual(text: str) -> str:
    return plain(text).casefold()


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", _usual(text)))


def holds(label: str, text: str) -> bool:
    """Whether a label holds a name, as whole words and long enough to mean something, or as what is in brackets."""
    whole, part = _usual(label), _usual(text)
    if len(part) >= 2 and part in _BRACKETS.findall(whole):
        return True
    if part.isascii():
        return len(part) >= 4 and re.search(rf"(?<![^\W_]){re.escape(part)}(?![^\W_])", whole) is not None
    return len(part) >= 3 and part in whole


def shares_place(label: str, text: str) -> bool:
    """Whether a name speaks of the same place as a label, and of no plant that is told from it by number or kind."""
    whole, part = _usual(label), _usual(text)
    if not whole or _other_kind(whole, part):
        return False
    if part.isascii():
        named = {word for word in _words(part) if not _USUAL_WORDS.fullmatch(word)}
        return any(len(word) >= 4 for word in named) and named <= _words(whole)
    bare = _USUAL.sub("", part)
    place = _PROVINCE.sub("", bare, count=1) or bare
    if len(place) < 2 or set(NUMERALS.findall(place)) - set(whole):
        return False
    return place in whole or any(one in place for one in _places(whole))


def _other_kind(whole: str, part: str) -> bool:
    """Whether one is a refinery and the other a smelter, by their own words."""
    makes = [{number for number, kind in enumerate(_MAKES) if kind.search(text)} for text in (whole, part)]
    return bool(makes[0] and makes[1] and not makes[0] & makes[1])


def _places(whole: str) -> set[str]:
    """The places that a label names: without its province, and of a plant in brackets."""
    outside = _USUAL.sub("", _PROVINCE.sub("", _BRACKETS.sub("", whole), count=1))
    plants = (held for held in _BRACKETS.findall(whole) if _USUAL.sub("", held) != held)
    inside = (_USUAL.sub("", _PROVINCE.sub("", held, count=1)) for held in plants)
    return {one for one in (outside, *inside) if len(one) >= 2}
