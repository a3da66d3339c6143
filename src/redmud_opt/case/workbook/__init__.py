"""A whole case as one workbook: a sheet per table, and back.

    write_workbook("scenarios/guangxi", "guangxi.xlsx")      filled; `blank_workbook("new.xlsx")` is empty
    load_case("guangxi.xlsx")                                a workbook is a case like a folder is
    write_folder("guangxi.xlsx", "my_case")                  folder → workbook → folder is the identity

A sheet begins with four rows that are no data: the names of the columns, their units, and what they mean in Chinese
and English. The sheet `case` holds the keys of `case.yaml`, `names` what drop-downs offer, `tables` which columns a
file had. Cells are text as in the files; a number is a number only where its digits come back as they were.
"""

from redmud_opt.case.workbook.folder import write_folder
from redmud_opt.case.workbook.writing import blank_workbook, write_workbook

__all__ = ["blank_workbook", "write_folder", "write_workbook"]
