"""The tables of a plan on disk. Parquet is what is read: its types are exact. CSV is the copy for people.

    save_tables(frames, folder)          name.parquet and name.csv each; returns name → sha256 of the CSV
    load_tables(names, folder, 2)
    digests(frames)                      the same hashes without writing; `plan_hash` is one of them all

A text in a CSV that a spreadsheet would take for a formula has an apostrophe before it (`case.csvtext`); `read_csv`
takes it off again. Plans of format 1 had the CSV alone, without apostrophes: they are read as they were.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from redmud_opt.case.csvtext import escaped, unescaped
from redmud_opt.case.whole import write_whole
from redmud_opt.plan.ledger import LEDGER_COLUMNS, LOT_COLUMNS
from redmud_opt.plan.tables import STREAM_COLUMNS

CSV_ALONE = 1
"""Format of plans without Parquet."""


def save_tables(frames: Mapping[str, pd.DataFrame], folder: Path) -> dict[str, str]:
    """Writes every table twice, each file whole or not at all; the hash of each CSV by its table."""
    found = {}
    for name, frame in frames.items():
        text = csv_of(frame)
        write_whole(folder / f"{name}.parquet", parquet_of(frame))
        write_whole(folder / f"{name}.csv", text, synced=False)  # a copy: Parquet is what is read
        found[name] = _digest(text)
    return dict(sorted(found.items()))


def load_tables(names: Iterable[str], folder: Path, plan_format: int) -> dict[str, pd.DataFrame]:
    """The tables of a plan of that format."""
    if plan_format == CSV_ALONE:
        return {name: _read_untyped(folder / f"{name}.csv") for name in names}
    return {name: pq.read_table(folder / f"{name}.parquet").to_pandas() for name in names}


def digests(frames: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """The hash of every table, by its name."""
    return {name: _digest(csv_of(frames[name])) for name in sorted(frames)}


def plan_hash(tables: Mapping[str, str]) -> str:
    """One hash of all tables, from theirs."""
    return _digest("".join(f"{name} {tables[name]}\n" for name in sorted(tables)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def parquet_of(frame: pd.DataFrame) -> bytes:
    """A table as a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), sink)
    return sink.getvalue()


def csv_of(frame: pd.DataFrame) -> str:
    """A table as CSV: every text quoted where it must be, none a formula; numbers in all their digits."""
    safe = pd.DataFrame({name: _told(frame[name]) for name in frame.columns}, columns=list(frame.columns))
    odd = any(
        _has_return(safe[name]) for name in safe.columns
    )  # a bare \r would end the row unless it is quoted
    return safe.to_csv(
        index=False, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC if odd else csv.QUOTE_MINIMAL
    )


def _is_text(column: pd.Series) -> bool:
    return column.dtype == object or isinstance(column.dtype, pd.StringDtype)


def _told(column: pd.Series) -> pd.Series:
    return column.map(lambda value: escaped(str(value))) if _is_text(column) and len(column) else column


def _has_return(column: pd.Series) -> bool:
    return _is_text(column) and any("\r" in str(value) for value in column)


def read_csv(path: Path, like: pd.DataFrame) -> pd.DataFrame:
    """The CSV copy of a table with the types of the table itself."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    columns = {name: [row[place] for row in rows] for place, name in enumerate(head)}
    return pd.DataFrame({name: _typed(columns[name], like[name]) for name in head})


def _typed(cells: list[str], like: pd.Series) -> pd.Series:
    found: list[object]
    if _is_text(like):
        found = [unescaped(cell) for cell in cells]
    elif pd.api.types.is_bool_dtype(like.dtype):
        found = [cell == "True" for cell in cells]
    else:
        found = [float(cell or "nan") for cell in cells]
    return pd.Series(found, dtype=object).astype(like.dtype)


# ---- plans of format 1 -------------------------------------------------------------------------------------------

_TEXT = frozenset(
    (
        *STREAM_COLUMNS,
        *("given", "path"),
        *("site", "lane", "mode", "from_site", "to_site", "period", "line", "supply", "outlet", "storage"),
        *("item", "window", "target", "rate", "kind", "term", "total", "account", "arising", "fate", "at"),
        *("decided", "start", "facility", "product", "scope", "iron", "verdict", "unit", "budget", "column"),
        *("end", "measure", "contract", "payer", "owner", "option"),
        *("property", "side", "entry", "gate", "sense"),
        *("carrier", "process", "clean", "role", "level", "basis"),
        *("of", "document", "from_province", "to_province", "receiver", "code", "valid_from", "valid_to"),
        *("first", "second"),
        *("status", "hazard", "why", "because_of", "clause", "permit", "sender"),
        *("indicator", "part", "table", "state", "action", "definition", "formula", "authority", "own"),
        *(name for name in (*LEDGER_COLUMNS, *LOT_COLUMNS) if name != "number" and not name.endswith("_t")),
    )
)


def _read_untyped(path: Path) -> pd.DataFrame:
    """A table as it was: blank text stays blank text (a region called NA stays NA)."""
    header = pd.read_csv(path, nrows=0).columns
    types = {name: str for name in header if name in _TEXT}
    frame = pd.read_csv(path, dtype=types, keep_default_na=False, na_values={})
    for name in frame.columns:
        if name not in types and frame[name].dtype == "str":
            frame[name] = pd.to_numeric(frame[name])
    return frame
