"""Plimsoll's own work that was stored as if users had asked for it: ingestions, synchronisations, the bench.

Questions of retrieval's evaluations, which named no dataset, are said to be of one that is not known. Figures of
requests lose what these counted: of a user's request a feature, a model or an ending is known, of these none was.
"""

from alembic import op

revision = "0013_operations"
down_revision = "0012_kind_of_facts"
branch_labels = None
depends_on = None

_OWN = "{table}.dataset IS NULL AND {table}.feature IS NULL AND {table}.service IS NULL"
_IS_OPERATION = (
    "({table}.kind = 'parse' AND ({table}.name LIKE 'ingest %' OR {table}.name LIKE 'sync %')"
    " OR {table}.kind = 'request' AND {table}.name LIKE 'bench %')"
)
_IS_MEASURED = "{table}.kind = 'retrieval' AND {table}.name LIKE 'retrieve %'"


def upgrade() -> None:
    """Say of each root and its trace what it is, and count it no more as a request."""
    said = "attributes"
    for kind in ("parse", "request"):
        said = f'replace({said}, \'"plimsoll.kind":"{kind}"\', \'"plimsoll.kind":"operation"\')'
    _say("kind = 'operation'", _IS_OPERATION, more=f", attributes = {said}")
    _say("dataset = '(unknown)'", _IS_MEASURED)
    op.execute(
        "DELETE FROM figures WHERE kind = 'request' AND feature = '' AND variant = '' AND name = ''"
        " AND error_class = '' AND outcome IN ('', 'failed') AND NOT is_evaluation"
    )


def _say(what: str, which: str, *, more: str = "") -> None:
    traces = f"{_OWN} AND {which}".format(table="traces")
    spans = f"{_OWN} AND {which}".format(table="spans")
    roots = f"SELECT head_id FROM traces WHERE traces.trace_id = spans.trace_id AND has_root AND {traces}"
    op.execute(
        f"UPDATE spans SET {what}{more} WHERE trace_id IN (SELECT trace_id FROM traces WHERE has_root AND {traces})"
        f" AND span_id = ({roots}) AND {spans}"
    )
    op.execute(f"UPDATE traces SET {what} WHERE has_root AND {traces}")
