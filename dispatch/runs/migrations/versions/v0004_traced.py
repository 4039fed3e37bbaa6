"""The trace that a run was asked under, and an index for whoever reads runs as they end."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Runs that are there were asked under none."""
    op.add_column("runs", Column("traceparent", String(64), nullable=False, server_default=""))
    op.create_index("runs_by_end", "runs", ["ended_s", "run_id"])
