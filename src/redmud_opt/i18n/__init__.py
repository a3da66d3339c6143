"""Messages in Chinese and English.

A message is a key with values; it becomes words only where somebody reads it:

    text(Message("case.unknown_name", {"name": "hgsm"}), "zh")

Catalogues are `catalogue/<language>/<room>.yaml`: flat `key: "words with {placeholders}"`, every value in quotes.
A key begins with the name of its file (`case.` in `case.yaml`). The words of the columns (`fields.yaml`) exist in
Chinese only: the English ones stand in the schema.
"""

from redmud_opt.i18n.amounts import Money, Price, Tonnes
from redmud_opt.i18n.catalogue import LANGUAGES, keys, placeholders, template
from redmud_opt.i18n.message import Message, number_text, text

__all__ = [
    "LANGUAGES",
    "Message",
    "Money",
    "Price",
    "Tonnes",
    "keys",
    "number_text",
    "placeholders",
    "template",
    "text",
]
