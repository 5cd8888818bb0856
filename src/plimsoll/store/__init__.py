"""Where everything durable lives: SQLite on one machine, PostgreSQL beyond it, and blobs by content hash.

Rooms above declare their tables on `STATE` or `TRACES` and hand functions over a connection to `Store.read` and
`Store.write`. The store knows no table of theirs; their migrations stand in `store/migrations`. It does no retries
and keeps no cache.
"""

from plimsoll.store.blobs import Blobs
from plimsoll.store.faults import explain_file_error
from plimsoll.store.foreign import ForeignRows, read_foreign_rows
from plimsoll.store.metadata import STATE, TRACES, Moment, Schema
from plimsoll.store.rows import insert_new, insert_or_change
from plimsoll.store.store import Store

__all__ = [
    "STATE",
    "TRACES",
    "Blobs",
    "ForeignRows",
    "Moment",
    "Schema",
    "Store",
    "explain_file_error",
    "insert_new",
    "insert_or_change",
    "read_foreign_rows",
]
