"""Indexes for what is asked most: the run due first, and whether an artefact is still needed."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Rows stay as they are."""
    op.drop_index("runs_by_due", "runs")
    op.create_index("runs_by_due", "runs", ["state", "due_s", "run_id"])
    for name in ("payload", "outcome", "schedule"):
        op.create_index(f"runs_by_{name}", "runs", [f"{name}_sha256"])
