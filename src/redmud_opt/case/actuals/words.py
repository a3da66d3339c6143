"""What the headings of weighbridge tickets, manifests and production reports say."""

from __future__ import annotations

from redmud_opt.case.importing.headings import NAMES, Vocabulary

MORE: dict[str, str] = {
    "site": "发货单位|移出单位|转出单位|起运地|发货地|from|from site|sender|consignor",
    "to": "收货单位|接收单位|接受单位|移入单位|去向|目的地|卸货地|客户|购货单位|to|to site|receiver|consignee"
    "|destination|customer|buyer",
    "product": "产出物|产出物料|产品|产品名称|product|what is made",
    "line": "产线|生产线|装置|机组|line|production line",
    "outlet": "出路|销售去向|outlet",
    "ticket": "单号|磅单号|票号|联单号|联单编号|转移联单号|转移联单编号|ticket|ticket no|ticket number|manifest"
    "|manifest no|manifest number|weighbridge ticket",
    "date": "日期|过磅日期|过磅时间|称重时间|转移日期|转移时间|出厂日期|发货日期|运输日期|date|day|weighed on"
    "|shipped on|date of shipment",
    "shipped": "净重|净重量|运输量|转移量|转移数量|外运量|发运量|出厂量|net|net weight|shipped|moved|transferred",
    "fed": "投料量|处理量|进料量|入炉量|利用量|fed|feed|processed|treated|throughput",
    "made": "产出量|产成量|made|amount made|produced|yielded",
    "sold": "销售量|销量|交付量|sold|sales|sales volume|delivered",
    "placed": "堆放量|填埋量|入场量|placed|landfilled|placed for good",
    "price": "单价|售价|销售单价|price|unit price|selling price",
}
"""Field → headings beside those of a ledger of arisings and stocks."""

NOT_HERE = ("like", "longitude", "latitude")

MEASURES = {
    "amount": "arising",
    "stock": "stock",
    "shipped": "shipped",
    "fed": "fed",
    "made": "made",
    "sold": "sold",
    "placed": "placed",
}
"""Field of an amount → what it is a measure of."""

PRICES = {
    **dict.fromkeys(("元/吨", "元/t", "元", "CNY/t", "yuan/t", "RMB/t"), 1.0),
    **dict.fromkeys(("万元/吨", "万元/t"), 1e4),
}
"""Unit of a price → CNY per tonne."""


def _names() -> dict[str, str]:
    found = {field: words for field, words in NAMES.items() if field not in NOT_HERE}
    for field, words in MORE.items():
        found[field] = f"{found[field]}|{words}" if field in found else words
    return found


ACTUALS = Vocabulary(
    _names(),
    amounts=(*MEASURES, "production"),
    many=("ignore",),
    plain=("price",),
    dated=("year", "month", "date", "arose_on", "stock_date", "ignore"),
    totalled=(
        "site",
        "to",
        "material",
        "code",
        "storage",
        "line",
        "ticket",
        "year",
        "month",
        "period",
        "date",
    ),
)
"""What really happened, in the words of those who weigh and report."""
