"""Pumped hydro by unit (抽水蓄能机组): identical pump-turbines of a plant, and its lower reservoir."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dispatch.units import DURATION_H

EXACT_COUNT = 1  # steps of changeover up to which counting identical units is exact (`model.pumped_hydro`)


@dataclass(frozen=True)
class PumpGroup:
    """Identical pump-turbines of one plant. A fixed-speed unit pumps at one power, a variable-speed one in a band."""

    name: str
    unit_count: int
    generate_min_mw: float  # of one unit, as all powers here
    generate_max_mw: float
    pump_min_mw: float
    pump_max_mw: float
    changeover_h: float  # at standstill between pumping and generating, either way round
    daily_start_count: int  # of one unit in a calendar day (UTC+8), as pump and as generator together

    @property
    def unit_names(self) -> tuple[str, ...]:
        """The units, numbered from 1."""
        return tuple(f"{self.name} {number}" for number in range(1, self.unit_count + 1))


@dataclass(frozen=True)
class LowerReservoir:
    """
    What the upper reservoir is filled from (下水库), in MWh of the upper one.

    Water is neither gained nor lost: what is not above is below.
    """

    level_min_mwh: float
    level_max_mwh: float
    water_mwh: float  # in both reservoirs together


@dataclass(frozen=True)
class Bank:
    """Units that are counted together, as a case scales and steps them: a group, or a single unit of it."""

    name: str
    group: str
    store_index: int
    unit_count: int
    generate_min_mw: float
    generate_max_mw: float
    pump_min_mw: float
    pump_max_mw: float
    changeover_count: int  # steps at standstill
    daily_start_count: int


def banks_of(group: PumpGroup, store_index: int, scale: float, step_h: float) -> tuple[Bank, ...]:
    """
    A group of a store at a scale of its units' size; at scale 0 there is no unit left.

    One bank where counting is exact; where the changeover takes more steps, a bank for each unit.
    """
    steps = math.ceil((group.changeover_h - DURATION_H) / step_h)
    together = steps <= EXACT_COUNT
    size = group.unit_count if together else 1
    return tuple(
        Bank(
            name=name,
            group=group.name,
            store_index=store_index,
            unit_count=size if scale > 0 else 0,
            generate_min_mw=scale * group.generate_min_mw,
            generate_max_mw=scale * group.generate_max_mw,
            pump_min_mw=scale * group.pump_min_mw,
            pump_max_mw=scale * group.pump_max_mw,
            changeover_count=max(0, steps),
            daily_start_count=group.daily_start_count,
        )
        for name in ((group.name,) if together else group.unit_names)
    )
