"""Editing a case as text: edits that wait, their diff, undo, and a commit that writes whole tables.

copy_case("guangxi", folder)            samples are never edited, a copy is
session = EditSession(folder)           see there
"""

from redmud_opt.case.editing.copying import copy_case
from redmud_opt.case.editing.edits import Change, Edit, Step, wrong
from redmud_opt.case.editing.keys import KEYS_TABLE
from redmud_opt.case.editing.session import Checked, EditSession, Pending

__all__ = [
    "KEYS_TABLE",
    "Change",
    "Checked",
    "Edit",
    "EditSession",
    "Pending",
    "Step",
    "copy_case",
    "wrong",
]
