"""Cases of one's own: copies, uploads and scenarios in the folder of work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from redmud_opt.case.bundle import find_bundled
from redmud_opt.case.editing import copy_case
from redmud_opt.case.editing.variants import Variant, write_variant
from redmud_opt.case.receiving import free_name
from redmud_opt.ui.settings import work_root


def is_own(path: Path) -> bool:
    """Whether a case may be edited where it is."""
    return path.parent.resolve() == work_root().resolve()


def copy(case: Path, name: str) -> str:
    """A copy of a case to edit; returns its name. Raises CaseFaults where the case cannot be copied."""
    return copy_case(case, _free(f"{name}_copy")).name


def new_scenario(base: str, path: Path, variant: Variant, name: str) -> str:
    """A scenario on a case; returns its name."""
    target = _free(name or f"{base}_scenario")
    write_variant(target.with_name(f"{target.name}.yaml"), replace(variant, base=base_name(base, path)))
    return target.name


def _free(asked: str) -> Path:
    """A folder that is not there yet, nor a scenario of that name."""
    target = free_name(work_root(), asked)
    while target.with_name(f"{target.name}.yaml").exists():
        target = free_name(work_root(), f"{target.name}_2")
    return target


def base_name(name: str, path: Path) -> str:
    """What a scenario in the folder of work calls its base."""
    if is_own(path):
        return path.name
    return name if find_bundled(name) is not None else str(path.resolve())
