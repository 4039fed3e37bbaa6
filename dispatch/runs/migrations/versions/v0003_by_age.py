"""Runs by their age whoever they belong to: a page of a hundred thousand is found without reading them all."""

from __future__ import annotations

from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    """Add what an operator's list reads along, and who waits longest."""
    op.create_index("runs_by_age", "runs", ["created_s", "run_id"])
    op.create_index("runs_by_wait", "runs", ["state", "created_s"])
