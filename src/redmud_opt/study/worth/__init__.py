"""What more of a thing is worth, what holds a plan back, what the next point of utilisation costs.

    base = Base.solved(case)
    bottlenecks(base).words("en");  worth_of(base, ["kiln_line"]).frame("worth");  next_point(base)

How to read it: docs/worth.md.
"""

from redmud_opt.study.worth.bottlenecks import bottlenecks, worth_of
from redmud_opt.study.worth.measure import Found, Worth, worth
from redmud_opt.study.worth.next_point import next_point
from redmud_opt.study.worth.things import Thing, things_of

__all__ = ["Found", "Thing", "Worth", "bottlenecks", "next_point", "things_of", "worth", "worth_of"]
