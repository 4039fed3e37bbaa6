"""
Rules whose rows seldom bind: an LP is solved without them, until a point breaks one.

Of 45,600 rows of the demo day with everything on 12,000 have a price, and each iteration pays for all of them. With
these families left out its first relaxation takes 2.5 to 3.5 s, those that were broken included, in place of 4.9 s.
What is named here costs or saves time alone: no point leaves an LP before it is looked at in all rows (`session`).

Minimum times bind where stops and starts are cheap, and wait only where they are dear. A stop saves no more than what
the unit costs at its minimum output; where a start costs a good part of that over the minimum time off, the relaxation
has little to gain by short stops, nor by units that come and go.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dispatch.case.thermal import ThermalUnit
from dispatch.model.rows import Model

ALWAYS = -1  # in place of a group: a row that is there from the start
SMALL_COUNT = 600  # rows of a family that comes in whole
SELDOM = (  # beginnings of names of families
    "Generator-regulation",
    "Generator-non_spinning",
    "Generator-oil",
    "DemandResponse-owed_later",
    "DemandResponse-owed_window",
    "DemandResponse-saved_later",
    "DemandResponse-saved_window",
    "DemandResponse-call",
    "DemandResponse-most",
    "PumpUnit-generate_mode",
    "PumpUnit-generate_start",
    "PumpUnit-generate_to_pump",
    "PumpUnit-pump_mode",
    "PumpUnit-pump_start",
    "PumpUnit-pump_to_generate",
    "StorageUnit-charge_mode",
    "StorageUnit-discharge_mode",
    "StorageUnit-reserve_down_energy",
    "StorageUnit-reserve_up",
)


MINIMUM_TIMES = ("Generator-up_time", "Generator-down_time")
DEAR_SHARE = 0.25  # of what the minimum time off costs at minimum output: a start that costs more is dear
MOST_SHARE = 0.9  # of the units: where starts of as many are dear, minimum times wait


def seldom_index_of(model: Model, units: Sequence[ThermalUnit] = ()) -> np.ndarray:
    """A number for rows that may wait for a point that breaks one of them: a family, or a step of it, (rows,)."""
    index, count = np.full(model.row_count, ALWAYS), 0
    is_dear = len(units) > 0 and np.mean([has_dear_starts(unit) for unit in units]) >= MOST_SHARE
    waiting = SELDOM + MINIMUM_TIMES if is_dear else SELDOM
    for name, family in model.rows.items():
        if name.startswith(waiting):
            groups = len(family.numbers) if family.numbers.size > SMALL_COUNT else 1
            index[family.numbers.reshape(groups, -1)] = count + np.arange(groups)[:, None]
            count += groups
    return index


def has_dear_starts(unit: ThermalUnit) -> bool:
    """Whether a hot start and a stop cost a good part of what the unit costs at its minimum while it must be off."""
    hourly_cny = np.interp(unit.output_min_mw, unit.curve.output_mw, unit.curve.fuel_cny_per_h)
    hourly_cny += unit.other_cny_per_mwh * unit.output_min_mw
    return bool(unit.start_types[0].start_cny + unit.stop_cny > DEAR_SHARE * unit.min_down_h * hourly_cny)
