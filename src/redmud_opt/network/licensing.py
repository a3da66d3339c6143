"""Who may receive hazardous waste: masks [T] by receiver, material and method.

A *receipt* is a feed of a facility's line, a delivery, a placement, or a put into a storage. It may take place in a
period, as far as permits go, where for every code of the material the receiver

    is exempt       the use step, by an item of the list in force
    or is permitted by a permit valid in it, of its method or of any (a put: of whatever method)
    or has a point-to-point scheme with a sender;

else a facility or a storage may receive the site's own waste alone: what arises there or lay there at the beginning,
and what a line there makes. An outlet is somebody else. MODEL.md rule 6; docs/decisions.md 'Permits'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from redmud_opt.case.licences import covered, covering, exempt_codes, site_of, valid_days
from redmud_opt.case.listing import overlaps
from redmud_opt.case.rules import Permit, Requirement
from redmud_opt.network.lineage import Lineage
from redmud_opt.network.lookup import Lookup
from redmud_opt.network.time import Mask, Time


@dataclass(frozen=True)
class Standing:
    """How a receiver stands to one material, [T]: no permit needed; permitted or exempt; that, or by a scheme."""

    exempt: Mask
    permitted: Mask
    scheme: Mask

    @cached_property
    def licensed(self) -> Mask:
        """Where it may receive the material from anybody."""
        return self.exempt | self.permitted


@dataclass(frozen=True)
class Licensing:
    """Permits and exemptions of a case over its periods."""

    lookup: Lookup
    time: Time
    _valid: dict[str, Mask] = field(default_factory=dict)
    _known: dict[tuple[str, frozenset[str], str | None, bool], Standing] = field(default_factory=dict)

    @cached_property
    def asked_by(self) -> list[Requirement]:
        """Rows of the rule pack that ask for permits."""
        return [row for row in self.lookup.case.requirements if row.rule == "permit"]

    @cached_property
    def asked(self) -> Mask:
        """Periods in which permits are asked for, [T]."""
        rows, periods = self.asked_by, self.time.periods
        return np.array([any(overlaps(row, period) for row in rows) for period in periods], dtype=bool)

    @property
    def clause(self) -> str:
        """The clause that asks for permits."""
        return self.asked_by[0].clause if self.asked_by else ""

    # ---- receivers

    @cached_property
    def _permits(self) -> dict[tuple[str, str], list[Permit]]:
        found: dict[tuple[str, str], list[Permit]] = defaultdict(list)
        for row in self.lookup.case.permits:
            found[row.receiver, row.code].append(row)
        return dict(found)

    def permits(self, receiver: str, code: str, method: str | None = None) -> list[Permit]:
        """Permits of a receiver for a code; a method: those of it or of any. Schemes apart."""
        rows = self._permits.get((receiver, code), [])
        return [row for row in rows if not row.point_to_point_from and _fits(row, method)]

    def schemes(self, receiver: str, code: str, method: str | None = None) -> list[Permit]:
        """Point-to-point permits of a receiver for a code."""
        rows = self._permits.get((receiver, code), [])
        return [row for row in rows if row.point_to_point_from and _fits(row, method)]

    def valid(self, permit: Permit) -> Mask:
        """Periods in which a permit is valid on some day; a scheme: that the list covers besides, [T]."""
        if permit.name not in self._valid:
            found = np.array([valid_days(permit, period) > 0 for period in self.time.periods], dtype=bool)
            if permit.point_to_point_from:
                found &= self._covered(permit.code, scheme=True)
            self._valid[permit.name] = found
        return self._valid[permit.name]

    def _covered(self, code: str, *, scheme: bool = False) -> Mask:
        rows = covering(self.lookup.case, code, scheme=scheme)
        return np.array([covered(rows, period) for period in self.time.periods], dtype=bool)

    @cached_property
    def _exempt(self) -> dict[tuple[str, str], Mask]:
        return {key: self._covered(key[1]) for key in exempt_codes(self.lookup.case)}

    def exempt(self, receiver: str, code: str) -> Mask:
        """Periods in which the use of a code needs no permit at a receiver, [T]."""
        return self._exempt.get((receiver, code), self._never)

    @cached_property
    def _never(self) -> Mask:
        return np.zeros(len(self.time), dtype=bool)

    def _any(self, permits: Iterable[Permit]) -> Mask:
        masks = [self.valid(permit) for permit in permits]
        return np.any(masks, axis=0) if masks else self._never

    def standing(self, receiver: str, lineage: Lineage, method: str | None, *, use: bool) -> Standing:
        """How a receiver stands to a hazardous material that it takes by a method (None: stores)."""
        key = receiver, lineage.codes, method, use
        if key not in self._known:
            self._known[key] = self._standing(*key)
        return self._known[key]

    def _standing(self, receiver: str, codes: frozenset[str], method: str | None, use: bool) -> Standing:
        exempt, permitted, scheme = [], [], []
        for code in sorted(codes):
            own = self.exempt(receiver, code) if use else self._never
            by_permit = own | self._any(self.permits(receiver, code, method))
            exempt.append(own)
            permitted.append(by_permit)
            scheme.append(
                by_permit | (self._any(self.schemes(receiver, code, method)) if use else self._never)
            )
        if not exempt:  # hazardous without a code: nobody can hold a permit for it
            return Standing(self._never, self._never, self._never)
        return Standing(np.all(exempt, axis=0), np.all(permitted, axis=0), np.all(scheme, axis=0))

    # ---- sites

    @cached_property
    def _receivers_at(self) -> dict[str, list[str]]:
        """Site → receivers with some permit or exemption."""
        sites = site_of(self.lookup.case)
        named = dict.fromkeys(receiver for receiver, _ in (*self._permits, *self._exempt))
        found: dict[str, list[str]] = defaultdict(list)
        for receiver in named:
            if receiver in sites:
                found[sites[receiver]].append(receiver)
        return dict(found)

    def open_to_all(self, site: str, lineage: Lineage) -> Mask:
        """Periods in which somebody at a site may receive a material from anybody, [T]."""
        rows = [
            np.all([self.exempt(r, c) | self._any(self.permits(r, c)) for c in lineage.codes], axis=0)
            for r in self._receivers_at.get(site, [])
        ]
        return np.any(rows, axis=0) if rows and lineage.codes else self._never

    def open_to(self, site: str, sender: str, lineage: Lineage) -> Mask:
        """Periods in which a point-to-point scheme joins a sender to somebody at a site, [T]."""
        rows = [
            np.all([self._any(self._joined(r, c, sender)) for c in lineage.codes], axis=0)
            for r in self._receivers_at.get(site, [])
        ]
        return np.any(rows, axis=0) if rows and lineage.codes else self._never

    def _joined(self, receiver: str, code: str, sender: str) -> list[Permit]:
        return [row for row in self.schemes(receiver, code) if row.point_to_point_from == sender]

    def joined(self, sender: str, site: str, lineage: Lineage) -> Iterator[tuple[str, str, list[Permit]]]:
        """(receiver, code, permits) of the schemes by which a site receives a hazardous material from a sender."""
        for receiver in self._receivers_at.get(site, []) if lineage.hazardous else ():
            for code in sorted(lineage.codes):
                rows = self._joined(receiver, code, sender)
                if rows:
                    yield receiver, code, rows

    def has_schemes(self, site: str, lineage: Lineage) -> bool:
        """Whether anybody at a site receives a material point to point."""
        return any(self.schemes(r, c) for r in self._receivers_at.get(site, []) for c in lineage.codes)

    @cached_property
    def _founded(self) -> dict[str, set[str]]:
        """Material → sites where it arises, may arise instead, or lay as the site's own."""
        case = self.lookup.case
        at = {row.name: row.site for row in case.all_arisings}
        stands = {row.name: row.site for row in case.storages}
        found: dict[str, set[str]] = defaultdict(set)
        for row in case.all_arisings:
            found[row.material].add(row.site)
        for option in case.reductions:
            if option.becomes:
                found[option.becomes].add(at[option.arising])
        for stock in case.opening_stock:
            site = stands[stock.storage]
            if stock.origin_site in ("", site):
                found[stock.material].add(site)
        return dict(found)

    @cached_property
    def _made_at(self) -> dict[str, set[str]]:
        """Process → sites of the lines that run it."""
        found: dict[str, set[str]] = defaultdict(set)
        for row in self.lookup.case.line_processes:
            found[row.process].add(self.lookup.line_site(row.line))
        return dict(found)

    def own_sites(self, lineage: Lineage) -> set[str]:
        """Sites that have a material of their own: it arises or is made there."""
        if lineage.process:
            return self._made_at.get(lineage.process, set())
        return self._founded.get(lineage.name, set())

    def is_own(self, site: str, lineage: Lineage) -> bool:
        """Whether a site has a material of its own."""
        return site in self.own_sites(lineage)


def _fits(permit: Permit, method: str | None) -> bool:
    """Whether a permit is for a method; None: waste is put into a storage."""
    return method is None or permit.method in ("", method)
