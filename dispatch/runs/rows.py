"""Rows of the tables as records, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from dispatch.runs.run import Ending, Event, Run, State, Submission, Urgency, Wish
from dispatch.schedule.outcome import Status
from dispatch.schedule.progress import Progress

ASKED = (
    *("tenant", "asked_sha256", "case_sha256", "payload_sha256", "grid", "case_name"),
    *("changes", "study_id", "scenario_index", "traceparent"),
)
FOUND = ("reason", "message", "objective_cny", "bound_cny", "gap_share", "outcome_sha256", "schedule_sha256")
KEPT = (
    *("run_id", "created_s", "due_s", "started_s", "ended_s", "attempt_count", "lost_count", "owner"),
    *("lease_until_s", "event_count"),
)
UNTOUCHED: dict[str, Any] = {
    **{"attempt_count": 0, "lost_count": 0, "owner": "", "lease_until_s": 0.0, "wish": "", "event_count": 0},
    **{"reason": "", "message": "", "outcome_status": "", "outcome_sha256": "", "schedule_sha256": "", "totals": "{}"},
    "state": State.QUEUED.value,
}


def row_of(asked: Submission) -> dict[str, Any]:
    """The row of a run that nobody has touched, without its name and times."""
    return {
        **UNTOUCHED,
        **{name: getattr(asked, name) for name in ASKED},
        "request_id": asked.request_id or None,
        "urgency": asked.urgency.value,
        "labels": text_of(asked.labels),
    }


def run_of(row: Mapping[Any, Any]) -> Run:
    """The run in a row."""
    state = State(row["state"])
    asked = Submission(
        **{name: row[name] for name in ASKED},
        request_id=row["request_id"] or "",
        urgency=Urgency(row["urgency"]),
        labels=json.loads(row["labels"]),
    )
    ending = _ending_of(row, state) if state.ended else None
    return Run(asked=asked, state=state, wish=Wish(row["wish"]), ending=ending, **{name: row[name] for name in KEPT})


def _ending_of(row: Mapping[Any, Any], state: State) -> Ending:
    return Ending(
        state=state,
        outcome_status=Status(row["outcome_status"]) if row["outcome_status"] else None,
        totals=json.loads(row["totals"]),
        **{name: row[name] for name in FOUND},
    )


def row_of_ending(ending: Ending) -> dict[str, Any]:
    """What an ending changes in a row."""
    return {
        "state": ending.state.value,
        "outcome_status": ending.outcome_status.value if ending.outcome_status else "",
        "totals": text_of(ending.totals),
        "lease_until_s": 0.0,
        **{name: getattr(ending, name) for name in FOUND},
        "message": _holdable(ending.message),
    }


def told_of(told: State | Progress | str) -> dict[str, str]:
    """What an event holds."""
    if isinstance(told, State):
        return {"kind": "state", "told": told.value}
    if isinstance(told, Progress):
        return {"kind": "progress", "told": text_of(asdict(told))}
    return {"kind": "note", "told": _holdable(told)}


def event_of(row: Mapping[Any, Any]) -> Event:
    """The event in a row."""
    kind, told = row["kind"], row["told"]
    return Event(
        event_index=row["event_index"],
        time_s=row["time_s"],
        attempt_index=row["attempt_index"],
        state=State(told) if kind == "state" else None,
        progress=Progress(**json.loads(told)) if kind == "progress" else None,
        note=told if kind == "note" else "",
    )


def _holdable(words: str) -> str:
    """PostgreSQL holds no NUL in a text."""
    return words.replace("\x00", "\N{REPLACEMENT CHARACTER}")


def text_of(content: Mapping[str, Any]) -> str:
    """As JSON, keys sorted."""
    return json.dumps(dict(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
