"""Cases to ask a service about: a winter day of Jibei, as short as is asked for."""

from __future__ import annotations

from datetime import datetime

from dispatch.case.case import Case, Limits
from dispatch.case.thermal import UnitState
from dispatch.eve import half_full
from dispatch.grid.catalogue import facts_of
from dispatch.horizon import BEIJING, Horizon

QUICK = Limits(gap_share=0.02)
ENDLESS = Limits(gap_share=0.0, time_s=3600.0)


def a_case(step_count: int = 1, name: str = "") -> Case:
    """Every unit on at its heating minimum, every store half full."""
    facts = facts_of("jibei", 2030)
    least_mw = {u.name: u.heating_output_min_mw if u.heats else u.output_min_mw for u in facts.units}
    units = tuple(UnitState(unit, on=True, hours_h=500.0, output_mw=mw) for unit, mw in least_mw.items())
    start = datetime(2030, 1, 15, tzinfo=BEIJING)
    return Case("jibei", 2030, Horizon(start, step_count), units, half_full(facts.stores), name=name)
