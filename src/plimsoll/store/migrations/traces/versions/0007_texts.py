"""Signatures of what spans say, so that words are found without reading every text.

Of spans from before only the keys are kept; they are signed in portions, as new ones are written.
"""

import zlib

import sqlalchemy as sa
from alembic import op

revision = "0007_texts"
down_revision = "0006_figures"
branch_labels = None
depends_on = None

_STEP = 1_000


def upgrade() -> None:
    """Make the tables, and name the spans that are not signed yet."""
    blocks = op.create_table(
        "text_blocks",
        sa.Column("block_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("spans", "first_ns", "last_ns")),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("is_sliced", "is_stale")),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.Column("signatures", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("block_id", name="pk_text_blocks"),
    )
    whole, stale = sa.text("NOT is_sliced"), sa.text("is_stale")
    columns = ["block_id", "spans"]
    op.create_index("ix_text_blocks_whole", "text_blocks", columns, sqlite_where=whole, postgresql_where=whole)
    op.create_index("ix_text_blocks_when", "text_blocks", ["last_ns", "block_id", "first_ns", "spans", "is_sliced"])
    op.create_index("ix_text_blocks_stale", "text_blocks", ["block_id"], sqlite_where=stale, postgresql_where=stale)
    op.create_table(
        "text_parts",
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("block_id", "part")),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("block_id", "part", name="pk_text_parts"),
    )
    _name_spans(blocks)


def _name_spans(blocks: sa.Table) -> None:
    connection = op.get_bind()
    spans = sa.table("spans", sa.column("trace_id"), sa.column("start_ns"), sa.column("tenant"))
    query = sa.select(spans).order_by(spans.c.start_ns).execution_options(yield_per=_STEP)
    for some in connection.execute(query).partitions():
        packed = b"".join(_pack(str(row[0]), int(row[1]), str(row[2])) for row in some)
        connection.execute(
            blocks.insert(),
            {
                "spans": len(some),
                "first_ns": some[0][1],
                "last_ns": some[-1][1],
                "is_sliced": False,
                "is_stale": False,
                "members": packed,
                "signatures": None,
            },
        )


def _pack(trace_id: str, start_ns: int, tenant: str) -> bytes:
    check = zlib.crc32(tenant.encode("utf-8", "replace"))
    return bytes.fromhex(trace_id) + start_ns.to_bytes(8, "little", signed=True) + check.to_bytes(4, "little")
