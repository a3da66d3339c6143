"""A study file → Study, with every fault at its line.

schema_version: 1
name: guangxi_prices
case: guangxi                        a folder or scenario, relative to this file, or a bundled name
parameters:
  - {name: bricks, table: outlets, where: {name: brick_market}, column: max_t, range: evidence}
  - {name: haul, table: haul, where: all, column: cost_cny_per_t_km, by: factor, low: 0.8, high: 1.3}
  - {name: iron, figure: price_iron_concentrate_cny_per_t, range: evidence}
correlations:
  - {of: [bricks, iron], rank: 0.5}
design: {kind: latin_hypercube, runs: 200}
investments: fixed                   or free
outputs: [value, "rate_new:red_mud:2030"]
seed: 7
limits: {time_limit_s: 60, gap: 0.01, runs: 5000}
audit_every: 1
soft_targets_cny_per_t: 500
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from redmud_opt.case import Case, CaseFaults, Fault, load_case
from redmud_opt.case.bundle import roots
from redmud_opt.case.names import did_you_mean
from redmud_opt.case.settings import check_version
from redmud_opt.case.yamltext import read_yaml
from redmud_opt.i18n import Message
from redmud_opt.study.chance import Chance, years_of_targets
from redmud_opt.study.stochastic import AIMS, WORST
from redmud_opt.study.sweeps import designs
from redmud_opt.study.sweeps.addresses import ParameterReader, possible
from redmud_opt.study.sweeps.designs import Design
from redmud_opt.study.sweeps.items import Items
from redmud_opt.study.sweeps.outputs import names_of_outputs
from redmud_opt.study.sweeps.parameters import Parameter
from redmud_opt.study.sweeps.ranges import Array, least_eigenvalue, pearson_of
from redmud_opt.study.sweeps.study import MOST_RUNS, Limits, Study
from redmud_opt.study.sweeps.trying import faults_at_ends

KEYS = (
    *("schema_version", "name", "title_en", "title_zh", "case", "parameters", "correlations", "design"),
    *("investments", "outputs", "seed", "limits", "audit_every", "soft_targets_cny_per_t"),
)
DESIGN_KEYS = {
    "tornado": (),
    "stress": (),
    "grid": ("of", "points"),
    "scenarios": ("members",),
    "latin_hypercube": ("runs",),
    "monte_carlo": ("runs",),
    "morris": ("runs",),
    "sobol": ("runs",),
    "decisions": ("runs", "candidates"),
    "two_stage": ("members", "aim", "worst", "chances"),
}
DEFAULT_OUTPUTS = ("value",)
SUM = 1e-6
"""Probabilities may miss a certainty by so much: they are written with few digits."""

_LEAST = 1e-9
"""Least eigenvalue of a correlation matrix that counts as positive definite."""


def read_study(path: str | Path, *, case: Case | None = None) -> Study:
    """Reads and checks a study file. case: instead of the one that it names.

    Raises CaseFaults with everything that is wrong.
    """
    found = Path(path)
    if not found.is_file():
        message = Message("sweep.no_such_study", {"path": str(path)})
        raise CaseFaults([Fault("", 0, "", message, did_you_mean(found.stem, shipped_studies()))])
    try:
        text = found.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CaseFaults([Fault(found.name, 0, "", Message("sweep.not_utf8"))]) from error
    return Reading(text, found.name, found.resolve().parent, case).study()


def shipped_studies() -> list[str]:
    """Names of the studies that travel with the package."""
    return sorted({path.stem for root in roots() for path in (root / "scenarios" / "studies").glob("*.yaml")})


@dataclass
class Reading:
    """One study file on its way."""

    text: str
    shown: str
    folder: Path
    case: Case | None
    faults: list[Fault] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """Names of parameters whose faults have been told."""

    def study(self) -> Study:
        """All of it, or CaseFaults."""
        tree = read_yaml(self.text, self.shown, self.faults)
        if tree is None:
            raise CaseFaults(self.faults)
        top = Items(tree, self.shown, self.faults)
        top.unknown(KEYS)
        check_version(tree, self.shown, self.faults)
        case = self.case or self.loaded(top)
        soft = top.number("soft_targets_cny_per_t", None, least=0.0)
        parameters = self.parameters(top, case)
        correlation = self.correlation(top, parameters)
        design = self.design(top, case, parameters, bool((correlation != np.eye(len(parameters))).any()))
        study = Study(
            name=top.text("name", required=True),
            title={"en": top.text("title_en"), "zh": top.text("title_zh")},
            case=case,
            parameters=parameters,
            design=design,
            outputs=self.outputs(top, case),
            correlation=correlation,
            free=top.one_of("investments", ("fixed", "free"), "fixed") == "free",
            seed=top.whole("seed", 0),
            limits=self.limits(top),
            audit_every=top.whole("audit_every", 1),
            soft_target_cny_per_t=soft,
            text=self.text,
        )
        if not self.faults:
            self.faults.extend(faults_at_ends(case, parameters, self.shown))
            self.count(study, top)
        if self.faults:
            raise CaseFaults(self.faults)
        return study

    def loaded(self, top: Items) -> Case:
        """The case that the file names, its faults those of the study."""
        name = top.text("case", required=True)
        if not name:
            raise CaseFaults(self.faults)
        beside = self.folder / name
        return load_case(beside if beside.exists() else name)

    def parameters(self, top: Items, case: Case) -> tuple[Parameter, ...]:
        """The parameters, each with its own name."""
        found: dict[str, Parameter] = {}
        reader = ParameterReader(case)
        for items in top.mappings("parameters"):
            parameter = reader.read(items)
            if parameter is None:
                self.unread.add(items.text("name"))
                continue
            if parameter.name in found:
                message = Message("sweep.name_twice", {"name": parameter.name})
                items.fault(items.line("name"), "name", message)
            found[parameter.name] = parameter
        if not found and not self.faults:
            top.fault(top.node.line, "parameters", Message("sweep.no_parameters"))
        return tuple(found.values())

    def correlation(self, top: Items, parameters: tuple[Parameter, ...]) -> Array:
        """The matrix of rank correlations; the unit matrix where nothing is said."""
        names = [p.name for p in parameters]
        matrix = np.eye(len(names))
        for items in top.mappings("correlations"):
            items.unknown(("of", "rank"))
            rank = items.number("rank", None, least=-1.0, most=1.0)
            if rank is None:
                if not items.text("rank"):
                    items.fault(items.node.line, "rank", Message("case.missing_key", {"key": "rank"}))
                continue
            members = [self.position(items, name, line, "of", names) for name, line in items.words("of")]
            known = [k for k in members if k is not None]
            if len(members) < 2:
                items.fault(items.line("of"), "of", Message("sweep.correlate_two"))
            for one, other in itertools.permutations(known, 2):
                matrix[one, other] = rank
        if len(names) > 1 and least_eigenvalue(pearson_of(matrix)) < _LEAST:
            message = Message("sweep.not_positive_definite", {"least": f"{least_eigenvalue(matrix):.3g}"})
            top.fault(top.line("correlations"), "correlations", message, Message("sweep.weaken_correlations"))
        return matrix

    def position(self, items: Items, name: str, line: int, key: str, names: list[str]) -> int | None:
        """Which parameter a name is."""
        if name in names:
            return names.index(name)
        if name in self.unread:
            return None
        items.fault(line, key, Message("sweep.unknown_parameter", {"name": name}), did_you_mean(name, names))
        return None

    def design(self, top: Items, case: Case, parameters: tuple[Parameter, ...], correlated: bool) -> Design:
        """The design; what it does not bear is a fault."""
        items = top.mapping("design")
        if items is None:
            if "design" not in top.node.items:
                top.fault(top.node.line, "design", Message("case.missing_key", {"key": "design"}))
            return Design("tornado")
        kind = items.one_of("kind", designs.KINDS, "tornado")
        items.unknown(("kind", *DESIGN_KEYS[kind]))
        names = [p.name for p in parameters]
        runs = items.whole("runs", 100, least=2) if "runs" in DESIGN_KEYS[kind] else 0
        if kind in designs.SCREENED and correlated:
            items.fault(items.line("kind"), "kind", Message("sweep.needs_independent", {"kind": kind}))
        if kind == "sobol" and runs & (runs - 1):
            items.fault(items.line("runs"), "runs", Message("sweep.power_of_two", {"runs": runs}))
        axes: tuple[str, ...] = ()
        if kind == "grid":
            given = items.words("of")
            axes = tuple(
                name for name, line in given if self.position(items, name, line, "of", names) is not None
            )
            if len(given) not in (1, 2):
                items.fault(items.line("of"), "of", Message("sweep.one_or_two_axes"))
        if kind == "two_stage":
            return self.two_stage(items, case, parameters)
        return Design(
            kind,
            runs=runs,
            points=items.whole("points", 7, least=2) if kind == "grid" else 0,
            axes=axes,
            candidates=items.whole("candidates", 5, least=1) if kind == "decisions" else 0,
            named=self.named(items, parameters) if kind == "scenarios" else {},
        )

    def two_stage(self, items: Items, case: Case, parameters: tuple[Parameter, ...]) -> Design:
        """One decision for all members: their probabilities, the aim, and chances of targets."""
        probabilities = [self.probability(member) for member in items.mappings("members")]
        told = [p for p in probabilities if p is not None]
        if told and len(told) == len(probabilities) and abs(sum(told) - 1.0) > SUM:
            message = Message("sweep.probabilities_sum", {"sum": f"{sum(told):g}"})
            items.fault(items.line("members"), "members", message, Message("sweep.sum_to_one"))
        worst = items.number("worst", WORST, least=0.0, most=1.0)
        if worst == 0.0:
            items.fault(items.line("worst"), "worst", Message("sweep.share_of_nothing"))
        return Design(
            "two_stage",
            named=self.named(items, parameters, ("name", "set", "probability")),
            probabilities=tuple(told),
            aim=items.one_of("aim", AIMS, AIMS[0]),
            worst=worst or WORST,
            chances=tuple(chance for each in items.mappings("chances") for chance in self.chance(each, case)),
        )

    def probability(self, member: Items) -> float | None:
        """Of a member; it must be given."""
        found = member.number("probability", None, least=0.0, most=1.0)
        if found is None and not member.text("probability"):
            values = {"key": "probability"}
            member.fault(member.node.line, "probability", Message("case.missing_key", values))
        if found == 0.0:
            member.fault(
                member.line("probability"), "probability", Message("sweep.never"), Message("sweep.leave_out")
            )
        return found

    def chance(self, items: Items, case: Case) -> Iterator[Chance]:
        """The chance of a target; nothing where something is wrong with it."""
        items.unknown(("target", "year", "at_least", "price_cny_per_point"))
        before = len(self.faults)
        years, name = years_of_targets(case), items.text("target", required=True)
        if name and name not in years:
            message = Message("sweep.unknown_target", {"name": name})
            items.fault(items.line("target"), "target", message, did_you_mean(name, list(years)))
        year = items.whole("year", 0)
        known = years.get(name, ())
        if not year and len(known) == 1:
            year = known[0]
        elif name in years and year not in known:
            message = Message("sweep.no_target_then", {"name": name, "years": tuple(map(str, known))})
            items.fault(items.line("year"), "year", message)
        numbers = []
        for key, most in (("at_least", 1.0), ("price_cny_per_point", None)):
            numbers.append(items.number(key, None, least=0.0, most=most))
            if not items.text(key):
                items.fault(items.node.line, key, Message("case.missing_key", {"key": key}))
        if len(self.faults) == before:
            at_least, price = (float(number or 0.0) for number in numbers)
            yield Chance(name, year, at_least, price)

    def named(
        self, items: Items, parameters: tuple[Parameter, ...], keys: tuple[str, ...] = ("name", "set")
    ) -> dict[str, dict[str, float]]:
        """Members by name."""
        names = [p.name for p in parameters]
        found: dict[str, dict[str, float]] = {}
        for member in items.mappings("members"):
            member.unknown(keys)
            name, values = member.text("name", required=True), member.mapping("set")
            if name in found or name == "base":
                member.fault(member.line("name"), "name", Message("sweep.name_twice", {"name": name}))
            found[name] = {}
            if values is None:
                continue
            for key in values.node.items:
                if self.position(values, key, values.line(key), key, names) is not None:
                    number = values.number(key, None)
                    if number is not None and possible(values, key, parameters[names.index(key)], number):
                        found[name][key] = number
        if not found:
            items.fault(items.node.line, "members", Message("sweep.no_members"))
        return found

    def outputs(self, top: Items, case: Case) -> tuple[str, ...]:
        """What is looked at."""
        known = names_of_outputs(case)
        found = []
        for name, line in top.words("outputs"):
            if name in known:
                found.append(name)
            else:
                message = Message("sweep.unknown_output", {"name": name})
                top.fault(line, "outputs", message, did_you_mean(name, known))
        return tuple(found) or DEFAULT_OUTPUTS

    def limits(self, top: Items) -> Limits:
        """Limits of each member, and of their number."""
        items = top.mapping("limits")
        if items is None:
            return Limits()
        items.unknown(("time_limit_s", "gap", "runs"))
        gap = items.number("gap", 0.0, least=0.0, most=0.99)
        return Limits(
            items.number("time_limit_s", None, least=0.0), gap or 0.0, items.whole("runs", MOST_RUNS, least=1)
        )

    def count(self, study: Study, top: Items) -> None:
        """More members than there may be are a fault before anything runs."""
        size = size_of(study)
        if size > study.limits.runs:
            message = Message("sweep.too_many", {"count": size, "most": study.limits.runs})
            top.fault(top.line("design"), "design", message, Message("sweep.raise_limit", {"count": size}))


def size_of(study: Study) -> int:
    """Members of a study, of both stages at most."""
    design, count = study.design, len(study.parameters)
    sizes = {
        "tornado": 1 + 2 * count,
        "stress": 1 + 3 * count,
        "grid": 1 + design.points ** len(design.axes),
        "scenarios": 1 + len(design.named),
        "two_stage": 1 + len(design.named),
        "morris": 1 + design.runs * (count + 1),
        "sobol": 1 + design.runs * (count + 2),
        "decisions": (1 + design.candidates) * (2 + design.runs),
    }
    return int(sizes.get(design.kind, 1 + design.runs))
