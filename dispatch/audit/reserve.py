"""
Reserve: each grid has what it needs or says what is missing, and nobody promises more than there is room for.

p output, r_up, r_down reserve, c charge, d discharge, P power, MW; e, Emin, Emax levels MWh; u on (0 or 1).
Reserve lasts one hour, measured from the level at the end of the step.
"""

from __future__ import annotations

import numpy as np

from dispatch.audit.evidence import Evidence, belongs, names, numbers
from dispatch.audit.finding import Finding, Rule, found
from dispatch.audit.reserve_products import product_mw, promised_mw
from dispatch.audit.reserve_required import required_mw
from dispatch.case.reserve_products import NON_SPINNING
from dispatch.units import POWER_MW

REQUIREMENT = Rule("reserve-requirement", "MW", POWER_MW)
UNIT_ROOM = Rule("reserve-unit_room", "MW", POWER_MW)
STORE_ROOM = Rule("reserve-store_room", "MW", POWER_MW)

LASTING_H = 1.0


def requirement(e: Evidence) -> Finding:
    """
    Reserve promised and reserve short cover the requirement of every grid, up and down.

        sum(r_up[t]) + short_up[t] >= required up[t],     sum(r_down[t]) + short_down[t] >= required down[t]

    What is required: `reserve_required.reasons_mw`. Where the grid's rule is hard, nothing short counts.
    """
    up, down = e.table("reserve_up_mw"), e.table("reserve_down_mw")
    rules = e.facts.reserve_rules
    amount = np.zeros((len(e.inputs.times), len(rules)))
    for k, rule in enumerate(rules):
        member, admitted = e.facts.members.index(rule.grid), 0.0 if rule.hard else 1.0
        givers = np.concatenate([belongs(e.facts.units, rule.grid), belongs(e.facts.stores, rule.grid)])
        needed_up, needed_down = required_mw(e, rule, "up"), required_mw(e, rule, "down")
        short_up = needed_up - up[:, givers].sum(axis=1) - admitted * e.table("short_up_mw")[:, member]
        short_down = needed_down - down[:, givers].sum(axis=1) - admitted * e.table("short_down_mw")[:, member]
        amount[:, k] = np.maximum(short_up, short_down)
    return found(REQUIREMENT, amount, [rule.grid for rule in rules], e.inputs.times)


def unit_room(e: Evidence) -> Finding:
    """
    A unit on promises what it can still rise or fall by, within its ramp in one hour; off, it promises no such reserve.

        p[t] + r_up[t] <= Pmax[t] u[t];  <= SU[t] in the step of a start;  <= SR[t] in the step before a stop
        r_up[t] <= RU x 1 h;   r_down[t] <= p[t] - Pmin[t] u[t];   r_down[t] <= RD x 1 h

    r_up, r_down are all products together: regulation too, and upwards non-spinning reserve of a unit that is on.
    Where reserve counts inside the ramp, r_up[t] <= RU dt + p[t-1] - p[t] from a unit that stays on, for RU x 1 h.
    """
    units, count = e.facts.units, len(e.facts.units)
    output = e.table("output_mw")
    stops_next = np.vstack([e.stops[1:], np.zeros((1, count), dtype=bool)])
    highest = np.where(e.on, e.inputs.output_max_mw, 0.0)
    highest = np.where(e.starts, np.minimum(highest, e.start_limit_mw), highest)
    highest = np.where(stops_next, np.minimum(highest, e.stop_reach_mw), highest)
    lowest = np.where(e.on, e.inputs.output_min_mw, output)
    room_up = np.minimum(highest - output, _ramp_left_mw(e))
    room_down = np.minimum(output - lowest, numbers(units, "ramp_down_mw_per_h") * LASTING_H)
    up, down = (promised_mw(e, direction)[:, :count] for direction in ("up", "down"))
    quick = np.where(e.on, 0.0, product_mw(e, NON_SPINNING)[:, :count])
    over_up, over_down = up - quick - np.maximum(room_up, 0.0), down - np.maximum(room_down, 0.0)
    return found(UNIT_ROOM, np.maximum(over_up, over_down), names(units), e.inputs.times)


def _ramp_left_mw(e: Evidence) -> np.ndarray:
    """What each unit's ramp leaves for reserve up, MW, (T, units); infinite in a start that counts inside the ramp."""
    ramp = numbers(e.facts.units, "ramp_up_mw_per_h")
    ruled = {rule.grid for rule in e.facts.reserve_rules if rule.within_ramp}
    within = np.array([unit.grid in ruled for unit in e.facts.units], dtype=bool)
    left = ramp * e.inputs.step_h - (e.table("output_mw") - e.output_before_mw)
    return np.where(within, np.where(e.on_before, left, np.inf), ramp * LASTING_H)


def store_room(e: Evidence) -> Finding:
    """
    A store promises what its power and, for one hour, its level allow.

        r_up[t] <= P - d[t] + c[t],     r_up[t] x 1 h <= (e[t] - Emin) eta_d
        r_down[t] <= P - c[t] + d[t],   r_down[t] x 1 h x eta_c <= Emax - e[t]

    A store with a least power does so while it runs, without turning round; at standstill it promises nothing:

        charging      r_up[t] <= c[t] - Cmin,   r_down[t] <= P - c[t]
        discharging   r_up[t] <= P - d[t],      r_down[t] <= d[t] - Dmin

    r_up, r_down are all products together. A plant by unit has a rule of its own (`pumped_hydro.reserve_room`).
    """
    stores, count = e.facts.stores, len(e.facts.units)
    level, net_charge = e.table("level_mwh"), e.table("charge_mw") - e.table("discharge_mw")
    held = (level - e.inputs.level_min_mwh) * numbers(stores, "discharge_efficiency_share") / LASTING_H
    space = (e.inputs.level_max_mwh - level) / numbers(stores, "charge_efficiency_share") / LASTING_H
    more, less = _running_room_mw(e)
    least = np.array([store.has_minimum for store in stores], dtype=bool)
    room_up = np.minimum(np.where(least, more, e.inputs.store_power_mw + net_charge), held)
    room_down = np.minimum(np.where(least, less, e.inputs.store_charge_mw - net_charge), space)
    over_up = promised_mw(e, "up")[:, count:] - np.maximum(room_up, 0.0)
    over_down = promised_mw(e, "down")[:, count:] - np.maximum(room_down, 0.0)
    plain = np.array([not store.groups for store in stores], dtype=bool)
    return found(STORE_ROOM, np.maximum(over_up, over_down) * plain, names(stores), e.inputs.times)


def _running_room_mw(e: Evidence) -> tuple[np.ndarray, np.ndarray]:
    """What stores that charge or discharge could give more and less, down to their least power, MW, (T, stores)."""
    charge, discharge, inputs = e.table("charge_mw"), e.table("discharge_mw"), e.inputs
    charges, discharges, power = charge > POWER_MW, discharge > POWER_MW, inputs.store_power_mw
    more = charges * (charge - inputs.store_charge_min_mw) + discharges * (power - discharge)
    less = discharges * (discharge - inputs.store_discharge_min_mw) + charges * (inputs.store_charge_mw - charge)
    return more, less
