"""Storage and pumped hydro: PyPSA writes the level, we write the mode, the floor and the end."""

from __future__ import annotations

import linopy
import numpy as np

from dispatch.model import names
from dispatch.model.draft import Draft, by_name


def choose_direction(draft: Draft) -> None:
    """
    A plant charges or discharges, never both in one step.

        d[t]  <=  P m[t],        c[t]  <=  P (1 - m[t])            every step t

    d  discharge   MW        c  charge   MW        P  power   MW        m  mode, 1 = discharge   0 or 1
    Needed exactly where energy is in surplus: without it the loss of a round trip burns what cannot be used.
    """
    if draft.stores.empty:
        return
    power = by_name(draft.inputs.store_power_mw, draft.stores)
    mode = draft.model.add_variables(coords=[draft.times, draft.stores], name=names.MODE, binary=True)
    charge = draft.variable(names.CHARGE, draft.stores)
    discharge = draft.variable(names.DISCHARGE, draft.stores)
    draft.model.add_constraints(discharge - power * mode <= 0, name="StorageUnit-discharge_mode")
    draft.model.add_constraints(charge + power * mode <= power, name="StorageUnit-charge_mode")


def keep_level(draft: Draft) -> None:
    """
    The level stays above its floor and ends where the case says.

        e[t]  >=  Emin            every step t
        e[T-1]  =  Eend

    e  level at the end of a step   MWh
    """
    if draft.stores.empty:
        return
    level = draft.variable(names.LEVEL, draft.stores)
    floor = by_name(draft.inputs.level_min_mwh, draft.stores)
    draft.model.add_constraints(level >= floor, name="StorageUnit-level_min")
    ends = {state.store: state.end_level_mwh for state in draft.case.stores}
    end = by_name(np.array([ends[name] for name in draft.stores]), draft.stores)
    draft.model.add_constraints(level.isel(snapshot=-1) == end, name="StorageUnit-end_level")


def storage_cost(draft: Draft) -> linopy.LinearExpression | None:
    """Wear of storage, CNY: sum( dt k d ), with k the wear in CNY per MWh discharged."""
    if draft.stores.empty:
        return None
    wear = by_name(np.array([store.wear_cny_per_mwh for store in draft.facts.stores]), draft.stores)
    return (wear * draft.inputs.step_h * draft.variable(names.DISCHARGE, draft.stores)).sum()
