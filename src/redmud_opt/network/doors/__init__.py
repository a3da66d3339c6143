"""Doors: in which periods the law lets a stream go where the case would take it.

    doors.route(route, stream)       over a lane                 doors.put(storage, stream)       into a storage
    doors.run(line, conversion)      into a process on a line    doors.place(storage, stream)     for good
    doors.deliver(outlet, stream)    to an outlet

Each answers with a mask [T] of open periods. A door is open where every rule of `RULES` leaves it so; what a rule
shuts is remembered with its clause, for the plan, for explanations, and for what makes a case impossible. Where the
law asks for an amount instead (tonnes of a permit), the rows stand in `model`. MODEL.md rule 6.
"""

from redmud_opt.network.doors.assessments import opening_notes
from redmud_opt.network.doors.doors import Doors
from redmud_opt.network.doors.rule import Rule, Shut

__all__ = ["Doors", "Rule", "Shut", "opening_notes"]
