"""What a study says, as figures with their twin tables. Pure, as those in `figures`.

    for picture in pictures(results, "zh"):  picture.title; picture.figure; picture.table; picture.note
    page(results, "zh")                      all of them as one HTML page that needs nothing else

Every number of a figure stands in its table, so that nobody has to read it off an axis.
"""

from redmud_opt.report.studies.page import page, pictures
from redmud_opt.report.studies.telling import Picture

__all__ = ["Picture", "page", "pictures"]
