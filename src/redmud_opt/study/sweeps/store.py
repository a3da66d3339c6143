"""Rows of a study as they finish, in Parquet parts; a DuckDB view over them.

    store = Store(folder);  store.write(rows);  store.frame();  store.connect().sql("select avg(value) from members")

A part is written under another name, synced and renamed: after a kill it is there or not, never half. A part with
many rows takes the place of small ones once there are many of them; a row that stands in two parts counts once.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from redmud_opt.study.sweeps.member import Row

if TYPE_CHECKING:
    import duckdb

FORMAT = 2
MOST_PARTS = 64
TEXT = ("label", "status", "stopped", "holds", "reason", "builds", "whole")
WHOLE = ("member", "decision")

ALWAYS = {
    **{"member": "int64", "label": "str", "decision": "int64", "status": "str", "stopped": "str"},
    **{"reason": "str", "objective": "float64", "builds": "str"},
}
"""Columns that are there whatever came of the members."""


def _type(name: str) -> Any:
    return pa.string() if name in TEXT else pa.int64() if name in WHOLE else pa.float64()


class Store:
    """The parts of one study."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def parts(self) -> list[Path]:
        """Parts in the order in which they were written."""
        return sorted(self.folder.glob("part-*.parquet"))

    def write(self, rows: Sequence[Row]) -> None:
        """Keeps rows for good."""
        if rows:
            self._write(rows)
            if len(self.parts()) > MOST_PARTS:
                self.compact()

    def _write(self, rows: Sequence[Row]) -> None:
        names = list(dict.fromkeys(name for row in rows for name in row))
        columns = [pa.array([row.get(name) for row in rows], type=_type(name)) for name in names]
        self._put(pa.table(dict(zip(names, columns, strict=True))))

    def _put(self, table: Any) -> None:
        known = self.parts()
        number = int(known[-1].stem.removeprefix("part-")) + 1 if known else 0
        path = self.folder / f"part-{number:07d}.parquet"
        temporary = path.with_suffix(".part")
        with temporary.open("wb") as file:
            pq.write_table(table, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        directory = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def compact(self) -> None:
        """One part instead of many. The new one is there before the old ones go."""
        old = self.parts()
        self._put(self._table())
        for path in old:
            path.unlink()

    def _table(self) -> Any:
        tables = [pq.read_table(path, partitioning=None) for path in self.parts()]
        return pa.concat_tables(tables, promote_options="default")

    def frame(self) -> pd.DataFrame:
        """A row per member, by number; the first of its rows counts."""
        found = pd.DataFrame() if not self.parts() else self._table().to_pandas()
        for name, kind in ALWAYS.items():
            if name not in found:
                found[name] = pd.Series(np.nan if kind == "float64" else None, index=found.index, dtype=kind)
        return found.drop_duplicates("member").sort_values("member").reset_index(drop=True)

    def done(self) -> set[int]:
        """Numbers of the members that are there."""
        found: set[int] = set()
        for path in self.parts():
            found.update(pq.read_table(path, columns=["member"], partitioning=None)["member"].to_pylist())
        return found

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A DuckDB connection with the view `members`, for questions in SQL; it always reads what is there now."""
        import duckdb

        found = duckdb.connect()
        pattern = str(self.folder / "part-*.parquet").replace("'", "''")
        found.execute(
            "create view members as select * from read_parquet("
            f"'{pattern}', union_by_name = true, filename = true) "
            "qualify row_number() over (partition by member order by filename) = 1"
        )
        return found
