"""Hashes that tell whether two cases or two schedules are the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

import numpy as np

from dispatch.case.case import Case, Prices
from dispatch.case.losses import Losses
from dispatch.horizon import utc
from dispatch.schedule.schedule import BY_HEAT_STORE, BY_PRODUCT, TABLES, Schedule

# What the first kept records did not know: part of the case, field, and what it is where nothing is said.
LATER: tuple[tuple[str, str, Any], ...] = (
    ("", "losses", Losses()),
    ("", "tie_ramps", ()),
    ("", "self_use", False),
    ("reserve", "products", ()),
    ("heat", "short_cny_per_mwh", None),
    ("heat", "stores", ()),
    ("units", "starts_this_week_count", 0),
    ("start_limits", "per_week_count", None),
    ("prices", "network_loss_cny_per_mwh", Prices().network_loss_cny_per_mwh),
)
LATER_TABLES = ("loss_mw", *BY_PRODUCT, "heat_mw", *BY_HEAT_STORE)


def case_sha256(case: Case) -> str:
    """
    Of the case as canonical JSON: keys sorted, numbers as 64-bit floats, times in ISO 8601 and UTC.

    What the first records did not know counts only where the case says it, so that a kept record stays what it was.
    """
    told = _plain(case)
    for part, name, default in LATER:
        inside = told[part] if part else told
        for record in inside if isinstance(inside, list) else (inside,):
            if record[name] == _plain(default):
                del record[name]
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def schedule_sha256(schedule: Schedule) -> str:
    """Of every table: its name, its columns, and its numbers as 64-bit floats; of later tables where they tell any."""
    digest = hashlib.sha256(str(schedule.step_h).encode())
    for name in TABLES:
        table = getattr(schedule, name)
        if name in LATER_TABLES and not table.to_numpy().any():
            continue
        digest.update("\0".join([name, *map(str, table.columns)]).encode())
        digest.update(np.ascontiguousarray(table.to_numpy(dtype=float)).tobytes())
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    """The same value whether it was made by hand or read from a file: 48 is 48.0, midnight in Beijing 16:00 UTC."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, datetime):
        return utc(value).isoformat()
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
