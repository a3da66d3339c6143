"""What `import-actuals` does: what really happened against the plan of a run, and the case rolled on.

In the folder of the run, replaced whole by every import:

    actuals/           copies of the files, records.csv, deviations.csv, causes.csv, periods.csv, stocks.csv,
                       actuals.json: what was said, in both languages; files with their hashes
    actuals_map.json   beside the case (else in actuals/): headings of a sheet → what was said of its columns
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from redmud_opt.case import Case, CaseFaults, Fault
from redmud_opt.case.actuals import Actuals, read_actuals
from redmud_opt.case.importing import known_names
from redmud_opt.case.rolling import Built, Roll, roll_on
from redmud_opt.i18n import LANGUAGES, Message, text
from redmud_opt.jobs.folder import RunFolder
from redmud_opt.jobs.importing import columns_of
from redmud_opt.jobs.inputs import INPUTS, LIBRARY_COPY, PACKS
from redmud_opt.jobs.outcome import Report
from redmud_opt.jobs.taking import Held, take
from redmud_opt.network import build_network
from redmud_opt.plan import Plan
from redmud_opt.plan.framing import picked
from redmud_opt.plan.plan import write_whole
from redmud_opt.plan.words import said
from redmud_opt.report.labels import labelled
from redmud_opt.report.tables import csv_bytes
from redmud_opt.study.actuals import Against, Lot, against
from redmud_opt.study.explanation import Explanation

FOLDER, MAP = "actuals", "actuals_map.json"

NOT_CARRIED = ("closings", "yard_events", "openings")
"""Tables of decisions in a plan that a rolled case does not hold."""


@dataclass(frozen=True, kw_only=True)
class ActualsReport(Report):
    """Faults alone, or what happened otherwise than planned; `out`: the case rolled on, where one was asked for."""

    run: Path | None = None
    answer: Explanation | None = None
    out: Path | None = None
    remarks: tuple[Message, ...] = ()
    written: bool = False
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)

    def named(self, language: str) -> Explanation | None:
        """What is said, with the label of everything it names."""
        labels = self.labels.get(language, {})
        if self.answer is None:
            return None
        lines = tuple(labelled(line, labels) for line in self.answer.lines)
        return replace(self.answer, heading=labelled(self.answer.heading, labels), lines=lines)

    def as_record(self, language: str = "en") -> dict[str, Any]:
        """For JSON."""
        answer = self.named(language)
        return self.head(language) | {
            "run_dir": None if self.run is None else str(self.run),
            "case": None if self.out is None else str(self.out),
            "written": self.written,
            "answer": None if answer is None else answer.as_record(language),
            "remarks": [said(remark, language) for remark in self.remarks],
        }

    def words(self, language: str = "en") -> str:
        """For people."""
        return "\n".join(self._lines(language))

    def _lines(self, language: str) -> Iterator[str]:
        if self.faults is not None:
            yield self.faults.render(language)
            yield text(Message("actuals.nothing_taken"), language)
        answer = self.named(language)
        if answer is not None:
            yield from answer.words(language)
        if self.remarks:
            yield text(Message("importing.remarks", {"count": len(self.remarks)}), language)
            labels = self.labels.get(language, {})
            yield from (f"  - {text(labelled(one, labels), language)}" for one in self.remarks)
        if self.faults is None and not self.written:
            yield text(Message("actuals.tried"), language)
        elif self.out is not None:
            values = {"folder": str(self.out), "run": str(self.run)}
            yield text(Message("actuals.rolled", values), language)


def import_actuals(
    run: str | Path,
    files: Sequence[str | Path],
    *,
    out: str | Path | None = None,
    columns: Mapping[str, str] | Sequence[str] = (),
    through: str | None = None,
    dry_run: bool = False,
    language: str = "en",
) -> ActualsReport:
    """Reads files of what happened, says what deviates from the plan of a run and why, rolls the case on to `out`.

    columns: what columns hold, as a mapping or as the pairs of the command line; remembered for the next time.
    through: the last period that counts. Nothing is written for a fault, or with `dry_run`.
    """
    try:
        asked = dict(columns) if isinstance(columns, Mapping) else columns_of(columns)
        held = take(run, language)
        return _imported(held, files, None if out is None else Path(out), asked, through, dry_run)
    except CaseFaults as faults:
        return ActualsReport(faults=faults)
    except OSError as error:  # files that cannot be read are faults of their own: a folder takes no file
        values = {"folder": str(error.filename or out or run), "why": error.strerror or str(error)}
        return ActualsReport(faults=CaseFaults([Fault("", 0, "", Message("jobs.cannot_write", values))]))


def _imported(
    held: Held,
    files: Sequence[str | Path],
    out: Path | None,
    columns: dict[str, str],
    through: str | None,
    dry_run: bool,
) -> ActualsReport:
    inputs = _Inputs.of(held.folder)
    known = known_names(inputs.entry, inputs.packs, inputs.library)
    beside = map_beside(held.folder)
    remembered = _remembered(beside)
    actuals = read_actuals(files, held.case, known, columns=columns, remembered=remembered, through=through)
    if actuals.cut is None:
        message = Message("actuals.no_period_closed")
        raise CaseFaults([Fault(actuals.files[0], 0, "", message, Message("actuals.report_a_period"))])
    found = against(
        held.plan, held.case, build_network(held.case, held.baseline), actuals, held.folder.path.name
    )
    remarks = list(actuals.remarks)
    if out is not None:
        remarks += _rolled(held, inputs, out, found, actuals, dry_run)
    else:
        remarks += [Message("actuals.no_roll", {"why": fault.message}) for fault in found.faults]
    mapping = remembered | dict(actuals.mapping)
    if not dry_run:
        try:
            _keep(held, files, actuals, found, mapping, beside)
        except OSError:
            if out is not None:
                shutil.rmtree(out, ignore_errors=True)  # it was made here: all is written or nothing
            raise
        if out is not None and mapping:
            write_whole(out / MAP, _json(mapping))
    labels = {one: held.case.labels(one) for one in LANGUAGES}
    return ActualsReport(
        run=held.folder.path,
        answer=found.explanation,
        out=None if dry_run else out,
        remarks=tuple(dict.fromkeys(remarks)),
        written=not dry_run,
        labels=labels,
    )


@dataclass(frozen=True)
class _Inputs:
    """Where the recorded files of a run lie."""

    entry: Path
    packs: Path
    library: Path

    @classmethod
    def of(cls, folder: RunFolder) -> _Inputs:
        index = json.loads((folder.path / "inputs.json").read_text(encoding="utf-8"))
        kept = folder.path / INPUTS
        return cls(kept / index["entry"], kept / PACKS, kept / LIBRARY_COPY)


# ---- the mapping that is remembered


def map_beside(folder: RunFolder) -> Path:
    """The mapping file beside the case that a run was made for; in the run where that is no folder of one's own."""
    given = Path(folder.read_request()[0])
    home = given if given.is_dir() else given.parent
    if given.exists() and (home / "case.yaml").is_file():
        return home / MAP
    return folder.path / FOLDER / MAP


def _remembered(path: Path) -> dict[str, dict[str, str]]:
    """What a mapping file says. Raises CaseFaults where it is no such file."""
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        found = None
    maps = list(found.values()) if isinstance(found, dict) else [None]
    if not all(isinstance(one, dict) and all(isinstance(w, str) for w in one.values()) for one in maps):
        message = Message("actuals.map_unreadable")
        raise CaseFaults([Fault(path.name, 0, "", message, Message("actuals.delete_map"))])
    return dict(found)


def _json(record: object) -> str:
    return json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


# ---- what stays in the run


def _keep(
    held: Held,
    files: Sequence[str | Path],
    actuals: Actuals,
    found: Against,
    mapping: Mapping[str, Mapping[str, str]],
    beside: Path,
) -> None:
    """The folder `actuals` of a run, written beside and put in place whole."""
    part = held.folder.path / f"{FOLDER}.part"
    shutil.rmtree(part, ignore_errors=True)
    (part / "files").mkdir(parents=True)
    hashes = {}
    for number, path in enumerate(map(Path, files), start=1):
        shutil.copyfile(path, part / "files" / f"{number}_{path.name}")
        hashes[f"{number}_{path.name}"] = hashlib.sha256(path.read_bytes()).hexdigest()
    records = pd.DataFrame([asdict(record) for record in actuals.all])
    for name, frame in {"records": records, **found.explanation.frames}.items():
        (part / f"{name}.csv").write_bytes(csv_bytes(frame))
    words = {
        one: replace(
            found.explanation,
            lines=tuple(labelled(line, held.case.labels(one)) for line in found.explanation.lines),
        ).as_record(one)
        for one in LANGUAGES
    }
    cut = None if actuals.cut is None else actuals.cut.isoformat()
    record = {"files": hashes, "made_up": actuals.made_up, "cut": cut, "answer": words}
    write_whole(part / "actuals.json", _json(record))
    if mapping:
        write_whole(part / MAP, _json(mapping))
    target, old = held.folder.path / FOLDER, held.folder.path / f"{FOLDER}.old"
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    part.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    if mapping and beside.parent != target:
        write_whole(beside, _json(mapping))


# ---- the case rolled on


def _rolled(
    held: Held, inputs: _Inputs, out: Path, found: Against, actuals: Actuals, dry_run: bool
) -> list[Message]:
    if found.faults:
        raise CaseFaults(found.faults)
    cut = actuals.cut
    assert cut is not None
    if cut >= held.case.periods[-1].end:
        raise CaseFaults([Fault("", 0, "", Message("actuals.nothing_left"), Message("actuals.lengthen"))])
    files = ", ".join(actuals.files)
    comment = text(
        Message("actuals.comment", {"files": files, "day": cut - timedelta(days=1)}), held.language
    )
    roll = Roll(
        cut=cut,
        name=f"{held.case.settings.name}_from_{next(p.name for p in held.case.periods if p.start >= cut)}",
        source="actuals",
        title=text(Message("actuals.source", {"files": files}), held.language),
        stock=tuple(_lot(lot, cut.year - (cut.month == 1), comment) for lot in found.lots),
        placed=found.placed,
        built=tuple(_built(held.plan, held.case, cut)),
        classes=_classes(held, found),
        to_date=tuple(row | {"as_of": str(cut.year), "comment": comment} for row in found.to_date),
    )
    if dry_run:
        return [Message("actuals.would_roll", {"count": len(found.lots), "folder": str(out)})]
    packs, library = inputs.packs, inputs.library
    remarks = roll_on(inputs.entry, out, held.case, roll, packs=packs, library=library, trial=build_network)
    return [*remarks, *_not_carried(held.plan, held.case, cut)]


def _lot(lot: Lot, year: int, comment: str) -> dict[str, str]:
    """A row of the opening stock."""
    cells = {
        "storage": lot.storage,
        "material": lot.material,
        "amount_t": f"{lot.tonnes:.9g}",
        "arose_on": "" if lot.since is None else lot.since.isoformat(),
        "origin_site": lot.origin,
        "evidence": "derived",
        "as_of": str(year),
        "comment": comment,
    }
    return {name: words for name, words in cells.items() if words}


def _classes(held: Held, found: Against) -> dict[str, str]:
    """Residue in stock → the class of the waste that the plan makes it from."""
    names = ("material", "waste_class")
    made = {
        name: waste_class for name, waste_class in picked(held.plan.frames, "streams", *names) if waste_class
    }
    rows = {row.name: row for row in held.case.materials}
    wastes = ("general_waste", "hazardous_waste")
    lying = [rows[name] for name in dict.fromkeys(lot.material for lot in found.lots)]
    return {row.name: made[row.name] for row in lying if row.legal_status in wastes and row.name in made}


def _over(case: Case, cut: date) -> set[str]:
    return {period.name for period in case.periods if period.end <= cut}


def _built(plan: Plan, case: Case, cut: date) -> Iterator[Built]:
    """The steps that the plan decided in what is over."""
    starts = {period.name: period.start for period in case.periods}
    over = _over(case, cut)
    names = ("line", "period", "start", "units", "size", "capex_cny")
    for line, period, start, units, size, capex in picked(plan.frames, "builds", *names):
        if period in over:
            yield Built(
                line, starts[period], date.fromisoformat(start), int(units), float(size), float(capex)
            )


def _not_carried(plan: Plan, case: Case, cut: date) -> Iterator[Message]:
    """Decisions of what is over that a case cannot hold as decided."""
    over = _over(case, cut)
    for name in NOT_CARRIED:
        frame = plan.frames.get(name)
        rows = [] if frame is None else [row for row in frame.to_dict("records") if row.get("period") in over]
        if rows:
            names = tuple(str(row.get("item") or row.get("line") or row.get("lane")) for row in rows)
            yield Message("actuals.not_carried", {"table": name, "names": names})
