"""Priced slacks in use: each one named, with its place, its time and its MW."""

from __future__ import annotations

import numpy as np

from dispatch.case.reserve_products import PRODUCTS
from dispatch.horizon import beijing
from dispatch.metrics.area import Basis
from dispatch.schedule.outcome import Slack
from dispatch.units import POWER_MW

HEAT = "running_minimum"
KINDS = {
    "reserve_up": "short_up_mw",
    "reserve_down": "short_down_mw",
    "interchange_over": "over_plan_mw",
    "interchange_under": "under_plan_mw",
    "line_overload": "overload_mw",
    "section_over": "section_over_mw",
    "heat_short": "heat_short_mw",
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
    short = short_heat_mw(basis)
    plants = [group.plant for group in basis.inputs.running_groups]
    slacks += [Slack(HEAT, plants[k], stamps[t], float(short[t, k])) for t, k in np.argwhere(short > POWER_MW)]
    return tuple(slacks)


def short_heat_mw(basis: Basis) -> np.ndarray:
    """Running minimums that a schedule does not keep at a price, MW, (T, groups); zero where they are hard."""
    groups, on = basis.inputs.running_groups, basis.table("on")
    short = np.zeros((len(on), len(groups)))
    if basis.case.heat.short_cny_per_mwh is not None:
        for k, group in enumerate(groups):
            missing = np.maximum(group.units_on_count - on[:, group.unit_indices].sum(axis=1), 0.0)
            short[:, k] = missing * group.missing_unit_mw(basis.inputs.output_max_mw)
    return short
