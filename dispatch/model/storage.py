"""Storage and pumped hydro: PyPSA writes the level, we write the mode, the floor and the end."""

from __future__ import annotations

import numpy as np

from dispatch.model import names
from dispatch.model.draft import Draft, each
from dispatch.model.terms import Terms


def choose_direction(draft: Draft) -> None:
    """
    A plant charges or discharges, never both in one step.

        d[t]  <=  P m[t],        c[t]  <=  P (1 - m[t])            every step t

    d  discharge   MW        c  charge   MW        P  power   MW        m  mode, 1 = discharge   0 or 1
    Needed exactly where energy is in surplus: without it the loss of a round trip burns what cannot be used.
    """
    if draft.stores.empty:
        return
    stores, power = draft.stores, draft.inputs.store_power_mw
    mode = draft.decide(names.MODE, stores, 1.0, integer=True)
    charge, discharge = draft.variable(names.CHARGE, stores), draft.variable(names.DISCHARGE, stores)
    draft.hold("StorageUnit-discharge_mode", discharge - power * mode, "<=", 0.0, stores)
    draft.hold("StorageUnit-charge_mode", charge + power * mode, "<=", power, stores)


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
    draft.hold("StorageUnit-level_min", level, ">=", draft.inputs.level_min_mwh, draft.stores)
    ends = {state.store: state.end_level_mwh for state in draft.case.stores}
    end = np.array([ends[name] for name in draft.stores])
    draft.hold_at(-1, "StorageUnit-end_level", level, "=", end, draft.stores)


def storage_cost(draft: Draft) -> Terms | None:
    """Wear of storage, CNY: sum( dt k d ), with k the wear in CNY per MWh discharged."""
    if draft.stores.empty:
        return None
    wear = each(draft.facts.stores, "wear_cny_per_mwh") * draft.inputs.step_h
    return (wear * draft.variable(names.DISCHARGE, draft.stores)).all()
