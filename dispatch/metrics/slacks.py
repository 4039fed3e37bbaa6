"""Priced slacks in use: each one named, with its place, its time and its MW."""

from __future__ import annotations

import numpy as np

from dispatch.case.reserve_products import PRODUCTS
from dispatch.horizon import beijing
from dispatch.metrics.area import Basis
from dispatch.schedule.outcome import Slack
from dispatch.units import POWER_MW

KINDS = {
    "reserve_up": "short_up_mw",
    "reserve_down": "short_down_mw",
    "interchange_over": "over_plan_mw",
    "interchange_under": "under_plan_mw",
    "line_overload": "overload_mw",
    "section_over": "section_over_mw",
    **{product: f"short_{product}_mw" for product in PRODUCTS},
}


def slacks_of(basis: Basis) -> tuple[Slack, ...]:
    """Every slack above the tolerance of power, by kind, then time, then place."""
    stamps = [beijing(time.to_pydatetime()).isoformat(timespec="minutes") for time in basis.inputs.times]
    slacks = []
    for kind, name in KINDS.items():
        table = getattr(basis.schedule, name)
        power = basis.table(name)
        slacks += [
            Slack(kind, str(table.columns[k]), stamps[t], float(power[t, k])) for t, k in np.argwhere(power > POWER_MW)
        ]
    return tuple(slacks)
