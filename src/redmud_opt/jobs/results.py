"""How a run ended, on disk.

`result.json` is what `solve --json` prints; `messages.json` keeps keys and values, so that it can be told again in
either language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from redmud_opt.case import CaseFaults, Fault
from redmud_opt.jobs.folder import RunFolder
from redmud_opt.jobs.outcome import Exit, RunResult
from redmud_opt.plan import Audit, Plan
from redmud_opt.plan.audit import Check
from redmud_opt.plan.plan import dump_messages, load_messages


def write_result(folder: RunFolder, result: RunResult) -> None:
    """Writes `messages.json`, then `result.json`: where that is, everything is."""
    faults = () if result.faults is None else result.faults.faults
    audit = None if result.plan is None else result.plan.audit
    kept = {
        "messages": dump_messages(result.messages),
        "faults": [_fault_record(fault) for fault in faults],
        "checks": [] if audit is None else [_check_record(check) for check in audit.checks],
    }
    folder.write_json("messages.json", kept)
    folder.write_json("result.json", result.as_record())


def read_result(folder: RunFolder) -> RunResult | None:
    """What `write_result` wrote; None while there is no result. The plan carries the audit that was made then."""
    path = folder.path / "result.json"
    if not path.is_file():
        return None
    record = json.loads(path.read_text(encoding="utf-8"))
    kept = json.loads((folder.path / "messages.json").read_text(encoding="utf-8"))
    faults = [_fault(found) for found in kept["faults"]]
    return RunResult(
        exit=Exit(record["exit_code"]),
        folder=folder.path,
        case=record["case"],
        plan=_plan(folder, kept["checks"]) if record["holds"] != "nothing" else None,
        stopped=record["stopped"],
        messages=load_messages(kept["messages"]),
        faults=CaseFaults(faults) if faults else None,
        size=record["size"],
        seconds=record["seconds"] or {},
        audit=record["audit"],
        suggestions=tuple(record.get("suggestions", ())),
    )


def _plan(folder: RunFolder, checks: list[Mapping[str, Any]]) -> Plan:
    return folder.read_plan().with_audit(Audit(tuple(_check(found) for found in checks)))


def _check_record(check: Check) -> dict[str, Any]:
    return {
        "family": check.family,
        "message": dump_messages([check.message])[0],
        "residual": check.residual,
        "tolerance": check.tolerance,
        "passed": check.passed,
        "where": check.where,
    }


def _check(record: Mapping[str, Any]) -> Check:
    values = {name: record[name] for name in ("family", "residual", "tolerance", "passed", "where")}
    return Check(message=load_messages([record["message"]])[0], **values)


def _fault_record(fault: Fault) -> dict[str, Any]:
    return {
        "file": fault.file,
        "row": fault.row,
        "column": fault.column,
        "message": dump_messages([fault.message])[0],
        "remedy": None if fault.remedy is None else dump_messages([fault.remedy])[0],
    }


def _fault(record: Mapping[str, Any]) -> Fault:
    remedy = record["remedy"]
    return Fault(
        file=record["file"],
        row=record["row"],
        column=record["column"],
        message=load_messages([record["message"]])[0],
        remedy=None if remedy is None else load_messages([remedy])[0],
    )
