"""Every translation there is, in one place to import from."""

from __future__ import annotations

from dispatch.wire.case_in import case_from, limits_from
from dispatch.wire.case_out import case_to, limits_to
from dispatch.wire.grid_out import grid_to, summary_to
from dispatch.wire.outcome_in import outcome_from, progress_from
from dispatch.wire.outcome_out import answer_from, progress_to
from dispatch.wire.schedule import prices_from, prices_to, schedule_from, schedule_to

__all__ = [
    "answer_from",
    "case_from",
    "case_to",
    "grid_to",
    "limits_from",
    "limits_to",
    "outcome_from",
    "prices_from",
    "prices_to",
    "progress_from",
    "progress_to",
    "schedule_from",
    "schedule_to",
    "summary_to",
]
