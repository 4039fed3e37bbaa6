"""
Stores that charge and discharge with some least power only, or stand still: compressed air (压缩空气储能).

Compressors and expanders have a least load as any turbine has. Batteries have none, and no row or column here.
"""

from __future__ import annotations

import numpy as np

from dispatch.model import names
from dispatch.model.draft import Draft
from dispatch.model.products import promised_mw
from dispatch.model.thermal.products import DOWN, UP


def hold_least_power(draft: Draft) -> None:
    """
    A store with a least power stands still, charges above one minimum, or discharges above another.

        Cmin k[t]  <=  c[t]  <=  Pc k[t],        Dmin m[t]  <=  d[t]  <=  P m[t],        k[t] + m[t]  <=  1

    c, d  charge, discharge   MW      Cmin, Dmin, P  least powers and power   MW      k  charges, m  discharges   0 or 1
    m is the mode of `storage.choose_direction`, which holds d <= P m. At standstill both are 0. Start-up takes no time
    here: a plant is up within minutes.
    """
    own = with_minimum(draft)
    if not len(own):
        return
    stores, inputs = draft.stores[own], draft.inputs
    power, least = inputs.store_charge_mw[own], inputs.store_charge_min_mw[own]
    charging = draft.decide(names.CHARGING, stores, 1.0, integer=True)
    mode = draft.variable(names.MODE, stores)
    charge, discharge = draft.variable(names.CHARGE, stores), draft.variable(names.DISCHARGE, stores)
    draft.hold("StorageUnit-charge_max", charge - power * charging, "<=", 0.0, stores)
    draft.hold("StorageUnit-charge_min", charge - least * charging, ">=", 0.0, stores)
    draft.hold("StorageUnit-discharge_min", discharge - inputs.store_discharge_min_mw[own] * mode, ">=", 0.0, stores)
    draft.hold("StorageUnit-one_way", charging + mode, "<=", 1.0, stores)


def keep_least_room(draft: Draft) -> None:
    """
    A store with a least power gives reserve while it runs, between that and its power, without turning round.

        r_up  <=  P m - d  +  c - Cmin k            more discharge, or less charge
        r_dn  <=  Pc k - c  +  d - Dmin m            more charge, or less discharge

    r_up, r_dn  reserve   MW        k  charges, m  discharges   0 or 1
    At standstill it promises nothing: called for less than its least power it could not give it. Energy lasts as for
    any store (`reserve.keep_store_room`).
    """
    own = with_minimum(draft)
    if not len(own):
        return
    stores, inputs = draft.stores[own], draft.inputs
    power, inward = inputs.store_power_mw[own], inputs.store_charge_mw[own]
    mode, charging = draft.variable(names.MODE, stores), draft.variable(names.CHARGING, stores)
    net = draft.variable(names.DISCHARGE, stores) - draft.variable(names.CHARGE, stores)
    up, down = (promised_mw(draft, direction)[:, own] for direction in (UP, DOWN))
    above = power * mode - inputs.store_charge_min_mw[own] * charging
    below = inward * charging - inputs.store_discharge_min_mw[own] * mode
    draft.hold("StorageUnit-least_up_power", up + net - above, "<=", 0.0, stores)
    draft.hold("StorageUnit-least_down_power", down - net - below, "<=", 0.0, stores)


def with_minimum(draft: Draft) -> np.ndarray:
    """Indices of the stores that have a least power."""
    return np.array([k for k, store in enumerate(draft.facts.stores) if store.has_minimum], dtype=int)
