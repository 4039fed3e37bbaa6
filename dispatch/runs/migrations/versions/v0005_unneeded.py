"""Artefacts that no run needed when their last one was deleted, until they are dropped."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    """What was left behind before is not known."""
    op.create_table("unneeded", Column("name", String(64), primary_key=True))
