"""
Pumped hydro by unit: what each pump-turbine does, in what time, and what its plant promises.

g, h whether a unit generates, pumps (0 or 1); c charge, d discharge of the plant MW; Gmin, Gmax, Hmin, Hmax of a unit
MW; e level at the end of the step, Emin, Emax its limits MWh; eta_c, eta_d efficiencies. Limits are at the scale of the
case. Before the horizon every unit has stood still.
"""

from __future__ import annotations

import itertools

import numpy as np

from dispatch.audit.evidence import Evidence, names, numbers
from dispatch.audit.finding import Finding, Rule, found
from dispatch.audit.reserve_products import product_mw, promised_mw
from dispatch.case.inputs import store_scale
from dispatch.case.reserve_products import NON_SPINNING, REGULATION_DOWN, REGULATION_UP
from dispatch.units import DURATION_H, INTEGRALITY, POWER_MW

COUNTS = Rule("pumped-counts", "units", INTEGRALITY)
ONE_MODE = Rule("pumped-one_mode", "units", INTEGRALITY)
POWER = Rule("pumped-power", "MW", POWER_MW)
CHANGEOVER = Rule("pumped-changeover", "h", DURATION_H)
STARTS = Rule("pumped-starts", "starts", INTEGRALITY)
PRODUCT_ROOM = Rule("reserve-pumped_products", "MW", POWER_MW)
RESERVE_ROOM = Rule("reserve-pumped_room", "MW", POWER_MW)

LASTING_H = 1.0
MODES = ("generating", "pumping")


def counts(e: Evidence) -> Finding:
    """
    A unit generates or not, pumps or not, and the count of a group is of its units.

        g, h in {0, 1},   count of the group = sum over its units
    """
    groups = e.facts.pump_groups
    amount = np.zeros((len(e.inputs.times), len(groups)))
    for mode in MODES:
        units, count = e.table(mode), e.table(f"{mode}_count")
        for k, own in enumerate(_unit_slices(e)):
            broken = np.abs(units[:, own] - (units[:, own] > 1 / 2)).max(axis=1, initial=0.0)
            amount[:, k] = np.maximum.reduce([amount[:, k], broken, np.abs(count[:, k] - units[:, own].sum(axis=1))])
    return found(COUNTS, amount, names(groups), e.inputs.times)


def one_mode(e: Evidence) -> Finding:
    """
    No unit of a plant pumps in a step in which one generates.

        min( sum(g[t]), sum(h[t]) ) = 0 over the units of the plant
    """
    plants = _plants(e)
    amount = np.zeros((len(e.inputs.times), len(plants)))
    for j, k in enumerate(plants):
        amount[:, j] = np.minimum(*(_running(e, mode, k).sum(axis=1) for mode in MODES))
    return found(ONE_MODE, amount, _plant_names(e), e.inputs.times)


def power(e: Evidence) -> Finding:
    """
    The plant's power is what its running units can do; a fixed-speed unit pumps at one power.

        sum(Gmin g) <= d <= sum(Gmax g),   sum(Hmin h) <= c <= sum(Hmax h)
    """
    plants = _plants(e)
    amount = np.zeros((len(e.inputs.times), len(plants)))
    for j, k in enumerate(plants):
        for mode, way, table in (("generating", "generate", "discharge_mw"), ("pumping", "pump", "charge_mw")):
            own, running = e.table(table)[:, k], _running(e, mode, k)
            least, most = (running @ _limits_mw(e, f"{way}_{end}_mw", k) for end in ("min", "max"))
            amount[:, j] = np.maximum.reduce([amount[:, j], least - own, own - most])
    return found(POWER, amount, _plant_names(e), e.inputs.times)


def changeover(e: Evidence) -> Finding:
    """
    A unit stands still for its changeover between pumping and generating, either way round.

        hours of standstill between h = 1 and g = 1, or g = 1 and h = 1 >= changeover
    """
    step_h, generating, pumping = e.inputs.step_h, e.table("generating") > 1 / 2, e.table("pumping") > 1 / 2
    needed_h = np.array([group.changeover_h for group in e.facts.pump_groups for _ in group.unit_names])
    amount = np.zeros(generating.shape)
    since = {mode: np.full(generating.shape[1], -np.inf) for mode in MODES}  # last step of each unit in that mode
    for t in range(len(generating)):
        for now, other, name in ((generating[t], "pumping", "generating"), (pumping[t], "generating", "pumping")):
            stood_h = (t - since[other] - 1) * step_h
            amount[t] = np.maximum(amount[t], np.where(now, needed_h - stood_h, 0.0))
            since[name] = np.where(now, t, since[name])
    return found(CHANGEOVER, amount, _unit_names(e), e.inputs.times)


def starts(e: Evidence) -> Finding:
    """
    A unit starts no more often in a calendar day (UTC+8) than it may, to pump and to generate together.

        sum( g[t] > g[t-1] ) + sum( h[t] > h[t-1] ) <= starts a day
    """
    days = e.inputs.times.normalize()
    begun = sum(np.diff(e.table(mode) > 1 / 2, axis=0, prepend=False) & (e.table(mode) > 1 / 2) for mode in MODES)
    most = np.array([group.daily_start_count for group in e.facts.pump_groups for _ in group.unit_names], dtype=float)
    amount = np.stack([np.asarray(begun)[days == day].sum(axis=0) - most for day in days.unique()])
    return found(STARTS, amount, _unit_names(e), days.unique())


def reserve_room(e: Evidence) -> Finding:
    """
    A plant by unit promises what it can do in its mode within the hour.

        generating:   r_up <= sum(Gmax) - d,  r_up x 1 h <= (e - Emin) eta_d;   r_down <= d
        pumping:      r_up <= c;   r_down <= sum(Hmax) - c,  r_down x 1 h x eta_c <= Emax - e
        standing:     either r_up as if generating, or r_down as if pumping

    r_up, r_down are all products together. Sums are over all units of the plant: one at standstill is up within the
    hour. In MW beyond the better of the modes that are open to the plant.
    """
    plants, first = _plants(e), len(e.facts.units)
    amount = np.zeros((len(e.inputs.times), len(plants)))
    for j, k in enumerate(plants):
        store = e.facts.stores[k]
        charge, discharge, level = (e.table(name)[:, k] for name in ("charge_mw", "discharge_mw", "level_mwh"))
        up, down = (promised_mw(e, way)[:, first + k] for way in ("up", "down"))
        held = (level - e.inputs.level_min_mwh[k]) * store.discharge_efficiency_share / LASTING_H
        space = (e.inputs.level_max_mwh[k] - level) / store.charge_efficiency_share / LASTING_H
        sizes = [group.unit_count for group in store.groups]
        generated, pumped = (_group_limits_mw(e, f"{way}_max_mw", k) @ sizes for way in ("generate", "pump"))
        as_generator = np.maximum(up - np.minimum(generated - discharge, held), down - discharge)
        as_pump = np.maximum(up - charge, down - np.minimum(pumped - charge, space))
        generates, pumps = (_running(e, mode, k).any(axis=1) for mode in MODES)
        open_modes = [np.where(pumps, np.inf, as_generator), np.where(generates, np.inf, as_pump)]
        amount[:, j] = np.where(generates & pumps, 0.0, np.minimum(*open_modes))
    return found(RESERVE_ROOM, amount, _plant_names(e), e.inputs.times)


def product_room(e: Evidence) -> Finding:
    """
    A plant by unit regulates with the units that run; one that has just pumped is not started as a generator.

        a_up <= sum(Gmax g) - d + c - sum(Hmin h),   a_down <= d - sum(Gmin g) + sum(Hmax h) - c
        a_up + n <= sum(Gmax of units that have not pumped within their changeover) - d + c
    """
    plants, first = _plants(e), len(e.facts.units)
    amount = np.zeros((len(e.inputs.times), len(plants)))
    for j, k in enumerate(plants):
        up, down, more = (product_mw(e, p)[:, first + k] for p in (REGULATION_UP, REGULATION_DOWN, NON_SPINNING))
        net = e.table("discharge_mw")[:, k] - e.table("charge_mw")[:, k]
        generates, pumps = (_running(e, mode, k) for mode in MODES)
        high = generates @ _limits_mw(e, "generate_max_mw", k) - pumps @ _limits_mw(e, "pump_min_mw", k)
        low = generates @ _limits_mw(e, "generate_min_mw", k) - pumps @ _limits_mw(e, "pump_max_mw", k)
        able = (1 - _turning(e, pumps, k)) @ _limits_mw(e, "generate_max_mw", k)
        over = [up - np.maximum(high - net, 0.0), down - np.maximum(net - low, 0.0)]
        amount[:, j] = np.maximum.reduce([*over, np.where(more > POWER_MW, up + more - (able - net), 0.0)])
    return found(PRODUCT_ROOM, amount, _plant_names(e), e.inputs.times)


def _turning(e: Evidence, pumps: np.ndarray, store: int) -> np.ndarray:
    """Which units of a plant have pumped within their changeover before each step, (T, units), 0 or 1."""
    groups = e.facts.stores[store].groups
    needed_h = np.repeat(numbers(groups, "changeover_h"), [group.unit_count for group in groups])
    turning, count = np.zeros(pumps.shape), len(pumps)
    for k in range(1, count):
        still = (k - 1) * e.inputs.step_h < needed_h - DURATION_H
        turning[k:] = np.maximum(turning[k:], pumps[:-k] * still)
    return turning


def _plants(e: Evidence) -> list[int]:
    return [k for k, store in enumerate(e.facts.stores) if store.groups]


def _plant_names(e: Evidence) -> list[str]:
    return [e.facts.stores[k].name for k in _plants(e)]


def _unit_names(e: Evidence) -> list[str]:
    return [name for group in e.facts.pump_groups for name in group.unit_names]


def _unit_slices(e: Evidence) -> list[slice]:
    """The columns of each group's units."""
    ends = np.cumsum([0, *(group.unit_count for group in e.facts.pump_groups)])
    return [slice(begin, end) for begin, end in itertools.pairwise(ends)]


def _running(e: Evidence, mode: str, store: int) -> np.ndarray:
    """Which units of a plant generate or pump, (T, units), 0 or 1."""
    own = {name for group in e.facts.stores[store].groups for name in group.unit_names}
    chosen = [k for k, name in enumerate(_unit_names(e)) if name in own]
    return np.asarray(e.table(mode)[:, chosen] > 1 / 2, dtype=float)


def _group_limits_mw(e: Evidence, attribute: str, store: int) -> np.ndarray:
    """One limit of a unit of each group of a plant, at the scale of the case, MW, (groups,)."""
    own = e.facts.stores[store]
    return np.asarray(store_scale(e.case, own) * numbers(own.groups, attribute))


def _limits_mw(e: Evidence, attribute: str, store: int) -> np.ndarray:
    """One limit of each unit of a plant, at the scale of the case, MW, (units,)."""
    sizes = [group.unit_count for group in e.facts.stores[store].groups]
    return np.repeat(_group_limits_mw(e, attribute, store), sizes)
