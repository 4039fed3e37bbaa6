"""The scenarios of a study as a table for people, as CSV and as JSON for machines."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from typing import Any

from dispatch.runs.run import State
from dispatch.wire.studies import ScenarioView, StudyView

PLAIN = (
    *("run_id", "state", "reason", "message", "outcome_status"),
    *("objective_cny", "bound_cny", "gap_share"),
)
# What a person compares: heading, name of the total, divisor, digits.
SHOWN = (
    ("cost M CNY", "cost_cny", 1e6, 3),
    ("absorbed MWh", "absorbed_mwh", 1.0, 0),
    ("curtailed MWh", "curtailed_mwh", 1.0, 0),
    ("utilisation %", "utilisation_share", 0.01, 2),
    ("starts", "start_count", 1.0, 0),
    ("tCO2", "carbon_tco2", 1.0, 0),
)
LONG_COUNT = 120  # letters of a value that a table has room for
GAP = ("gap %", "gap_share", 0.01, 3)


def study_table_of(study: StudyView, scenarios: Sequence[ScenarioView]) -> str:
    """One line a scenario, in order; one that has no schedule says why below."""
    fields = [field for field, _ in study.axes]
    head = ["", *fields, "status", *(heading for heading, *_ in SHOWN), GAP[0]]
    rows = [head, *(_row(one) for one in scenarios)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(head))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    reasons = [f"{one.scenario_index}: {words_of(one)}" for one in scenarios if one.message or one.reason]
    return "\n".join([*lines, *reasons, told_of(study)])


def _row(one: ScenarioView) -> list[str]:
    cells = [_number(one.metrics.get(name), divisor, digits) for _, name, divisor, digits in SHOWN]
    values = [str(one.scenario_index), *map(value_text, one.values)]
    return [*values, status_of(one), *cells, _number(one.gap_share, *GAP[2:])]


def status_of(one: ScenarioView) -> str:
    """How it ended, or where it stands."""
    return one.outcome_status.value if one.outcome_status else one.state.value


def words_of(one: ScenarioView) -> str:
    """How it ended, with the reason where it has one."""
    return ", ".join(filter(None, (status_of(one), one.reason, one.message)))


def told_of(study: StudyView) -> str:
    """How far the study is, in a line."""
    counts = [(study.succeeded_count, "with an outcome"), (study.failed_count, "failed")]
    counts += [(study.cancelled_count, "cancelled"), (study.running_count, "running"), (study.queued_count, "waiting")]
    told = ", ".join(f"{count} {words}" for count, words in counts if count)
    return f"study {study.study_id}, {study.state.value}: {study.scenario_count} scenarios, {told}"


def csv_text(study: StudyView, scenarios: Sequence[ScenarioView]) -> str:
    """`scenarios.csv`: a row a scenario; what it changes, how it ended, and every total of its metrics."""
    names = list(dict.fromkeys(name for one in scenarios for name in sorted(one.metrics)))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["scenario_index", *(field for field, _ in study.axes), *PLAIN, *names])
    for one in scenarios:
        plain = [_plain(getattr(one, name)) for name in PLAIN]
        values = map(value_text, one.values)
        writer.writerow([one.scenario_index, *values, *plain, *(one.metrics.get(name) for name in names)])
    return text.getvalue()


def summary_of(study: StudyView, scenarios: Iterable[ScenarioView]) -> dict[str, Any]:
    """`study.json`: the study, and every scenario with its totals."""
    told = {name: _plain(value) for name, value in asdict(study).items() if name != "axes"}
    axes = [{"field": field, "values": list(values)} for field, values in study.axes]
    return {**told, "axes": axes, "scenarios": [{k: _plain(v) for k, v in asdict(one).items()} for one in scenarios]}


def value_text(value: Any) -> str:
    """A value of an axis: a text as it is, all else as JSON; of a long list, how long it is and a hash of it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, list) and len(text) > LONG_COUNT:
        return f"{len(value)} entries {hashlib.sha256(text.encode()).hexdigest()[:8]}"
    return text


def failed(scenarios: Iterable[ScenarioView]) -> list[ScenarioView]:
    """Scenarios without an answer; that there is no schedule is one."""
    return [one for one in scenarios if one.state is State.FAILED]


def _number(value: float | None, divisor: float, digits: int) -> str:
    return "" if value is None else f"{value / divisor:,.{digits}f}"


def _plain(value: Any) -> Any:
    """A time or a word as a text."""
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, datetime) else value
