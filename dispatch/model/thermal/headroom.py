"""Reserve that a unit keeps as a decision of its own, where its room alone does not say how much."""

from __future__ import annotations

import numpy as np

from dispatch.case.heat_plants import heated_indices
from dispatch.model import names
from dispatch.model.draft import Draft, each
from dispatch.model.terms import ABSENT, Terms
from dispatch.model.thermal.limits import stop_limit_mw, stop_reach_mw, take_one_row
from dispatch.model.thermal.products import DOWN, RAMPS, UP, taken_mw
from dispatch.units import POWER_MW

VARIABLES = {UP: names.RESERVE_UP_LIMITED, DOWN: names.RESERVE_DOWN_LIMITED}


def decide_unit_reserve(draft: Draft) -> None:
    """
    A unit gives reserve up to its room and up to its ramp over an hour, whichever is less.

        0 <= r_up <= RU 1h,     0 <= r_dn <= RD 1h,     r_dn  <=  p - Pmin u            every step t
        r_up + a_up + n <= RU 1h,     r_dn + a_dn <= RD 1h,     r_dn + a_dn <= p - Pmin u


    Only units for which this takes a variable; for the others the room above and below is their reserve. The room
    above is held in `output_limits`, where r_up stands beside p. Where the grid counts reserve inside the ramp, RU
    is held in `ramping` instead: p[t] + r_up[t] - p[t-1] <= RU dt. The second line where other products are asked for
    (`products`): a, n take of the same room and ramp, of units without such a variable too.
    """
    for direction, variable in VARIABLES.items():
        limited = limited_units(draft, direction)
        _hold_room_below(draft, direction, ~limited)
        if not limited.any():
            continue
        highest = each(draft.facts.units, RAMPS[direction])
        if direction == UP:
            highest = np.where(counts_inside_ramp(draft), np.inf, highest)
        members = draft.units[limited]
        reserve = draft.decide(variable, members, highest[limited])
        kept = reserve + taken_mw(draft, direction)[:, limited]
        if direction == DOWN:
            below = draft.variable(names.ABOVE, members)
            draft.hold(f"{variable}_room", below - kept, ">=", 0.0, members)
        bound = np.isfinite(highest[limited]) & _gives_others(draft, direction)[limited]
        if bound.any():
            draft.hold(f"{variable}_ramp", kept[:, bound], "<=", highest[limited][bound], members[bound])


def _hold_room_below(draft: Draft, direction: str, chosen: np.ndarray) -> None:
    """Units without a reserve down of their own keep regulation down above their minimum."""
    own = chosen & _gives_others(draft, DOWN)
    if direction == DOWN and own.any():
        units = draft.units[own]
        room = draft.variable(names.ABOVE, units) - taken_mw(draft, DOWN)[:, own]
        draft.hold("Generator-regulation_down_room", room, ">=", 0.0, units)


def _gives_others(draft: Draft, direction: str) -> np.ndarray:
    """Units whose room in a direction other products share, (units,), bool."""
    return np.asarray((taken_mw(draft, direction).labels != ABSENT).any(axis=(0, 2)))


def reserved_mw(draft: Draft, direction: str) -> Terms:
    """The reserve that is a decision of its own, MW, (T, units); nothing for the other units."""
    limited = limited_units(draft, direction)
    labels = np.full((len(draft.times), len(draft.units), 1), ABSENT)
    if limited.any():
        labels[:, limited] = draft.variable(VARIABLES[direction], draft.units[limited]).labels
    return Terms((labels != ABSENT).astype(float), labels)


def kept_mw(draft: Draft, direction: str) -> Terms:
    """All that a unit keeps of its room as decisions, other products among them, MW, (T, units)."""
    return reserved_mw(draft, direction) + taken_mw(draft, direction)


def limited_units(draft: Draft, direction: str) -> np.ndarray:
    """Units whose room is more than one row: short ramp, two limits at once, SR above SD, heat decided; bool."""
    if draft.units.empty:
        return np.zeros(0, dtype=bool)
    inputs = draft.inputs
    span = (inputs.output_max_mw - inputs.output_min_mw).max(axis=0)
    ramp = each(draft.facts.units, RAMPS[direction])
    if direction == UP:
        ramp = ramp * np.where(counts_inside_ramp(draft), inputs.step_h, 1.0)
    limited = ramp < span - POWER_MW
    limited[heated_indices(inputs.heat_plants)] = True
    if direction == UP:
        farther = (stop_reach_mw(draft) > stop_limit_mw(draft)).any(axis=0)
        limited = limited | ~take_one_row(draft) | farther
    return np.asarray(limited & asked_of(draft, direction))


def asked_of(draft: Draft, direction: str) -> np.ndarray:
    """Whether the grid of each unit asks for reserve at all, (units,), bool."""
    asking = grids_asking(draft, direction)
    return np.array([asking[draft.facts.members.index(unit.grid)] for unit in draft.facts.units], dtype=bool)


def grids_asking(draft: Draft, direction: str) -> np.ndarray:
    """Whether each member grid asks for reserve in some step, (members,), bool."""
    inputs, rules = draft.inputs, {rule.grid: rule for rule in draft.facts.reserve_rules}
    asked = (inputs.reserve_up_mw if direction == UP else inputs.reserve_down_mw) > 0
    largest = [rules[grid].largest_unit and direction == UP for grid in draft.facts.members]
    return np.asarray(asked.any(axis=0) | np.array(largest, dtype=bool))


def counts_inside_ramp(draft: Draft) -> np.ndarray:
    """Whether the grid of each unit counts reserve up inside the ramp of the step, (units,), bool."""
    within = {rule.grid for rule in draft.facts.reserve_rules if rule.within_ramp}
    return np.array([unit.grid in within for unit in draft.facts.units], dtype=bool)
