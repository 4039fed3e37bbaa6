"""
What may be sought before the cost: most wind and sun absorbed, or least carbon.

Both are sought with the case's rules as they are. Priced slacks (reserve short, a plan left, overloads) are no way to
either: one MWh of them counts as `SLACK_WEIGHT` of what is sought, far more than it could bring.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dispatch.case.objective import ABSORPTION_FIRST, CO2, LOSS_WEIGHT, SLACK_WEIGHT
from dispatch.model import names
from dispatch.model.draft import Draft
from dispatch.model.storage import lost_mw
from dispatch.model.terms import Terms, total
from dispatch.model.thermal.oil_support import oil_carbon_tco2
from dispatch.model.thermal.output_limits import output_mw

SLACKS = (
    *(names.SHORT_UP, names.SHORT_DOWN, names.OVER_PLAN, names.UNDER_PLAN),
    *(names.OVERLOAD, names.SECTION_OVER, names.SHORT_HEAT, names.UNSERVED_HEAT),
    *names.SHORT_PRODUCT.values(),
)
UNITS = {ABSORPTION_FIRST: "MWh", CO2: "tCO2"}


@dataclass(frozen=True)
class First:
    """What is minimised first, and what of it is held while the cost is; both in `unit`."""

    objective: str
    unit: str
    sought: Terms
    held: Terms
    offset: float  # of what is sought: what its relative gap is relative to


def first_of(draft: Draft) -> First | None:
    """What the case seeks before the cost, or None."""
    objective = draft.case.objective
    if objective == ABSORPTION_FIRST:
        held = total([curtailed_mwh(draft), slack_mwh(draft) * SLACK_WEIGHT])
        sought = total([held, lost_mwh(draft) * LOSS_WEIGHT])
        return First(
            objective, UNITS[objective], sought, held, -float(draft.inputs.available_mw.sum()) * draft.inputs.step_h
        )
    if objective == CO2:
        held = total([carbon_tco2(draft), slack_mwh(draft) * SLACK_WEIGHT])
        return First(objective, UNITS[objective], held, held, 0.0)
    return None


def curtailed_mwh(draft: Draft) -> Terms:
    """Wind and sun left: sum( dt k ), k of every bus and kind of plant, MWh."""
    if names.CURTAILED not in draft.model.variables:
        return _none()
    return (draft.inputs.step_h * draft.variable(names.CURTAILED)).all()


def lost_mwh(draft: Draft) -> Terms:
    """
    Energy lost in storage, MWh: sum( dt ((1 - eta_c) c + (1 / eta_d - 1) d) ).

    Sought with curtailment, for else the least curtailment is bought by burning surplus in round trips, and with a
    weight a little above 1, for else the two tie. Not held with it: a store may still save fuel.
    """
    if draft.stores.empty:
        return _none()
    return (draft.inputs.step_h * lost_mw(draft)).all()


def carbon_tco2(draft: Draft) -> Terms:
    """
    Carbon dioxide of thermal units, tCO2.

        sum( dt (e0 u + e1 p + sum_k de_k q_k + o z) )      q_k  output beyond kink k, as in `cost.bend_cost_curves`

    e0  carbon of the first piece at zero   tCO2/h        e1  its slope, de  rise of slope at a kink   tCO2/MWh
    o   carbon of oil support   tCO2/h                    z   oil support   0 or 1
    Imports carry none.
    """
    if draft.units.empty:
        return _none()
    kinks, step, units = draft.kinks, draft.inputs.step_h, draft.units
    on, output = draft.variable(names.STATUS, units), output_mw(draft)
    parts = [step * kinks.idle_tco2_per_h * on, step * kinks.slope_tco2_per_mwh * output]
    for k, rise in enumerate(kinks.rise_tco2_per_mwh.T):
        chosen = rise > 0
        if chosen.any():
            parts.append(step * rise[chosen] * draft.variable(f"{names.BEYOND}_{k}", units[chosen]))
    oil = oil_carbon_tco2(draft)
    return total([*(part.all() for part in parts), *([] if oil is None else [oil])])


def slack_mwh(draft: Draft) -> Terms:
    """Every priced slack together, MWh: sum( dt slack )."""
    used = [name for name in SLACKS if name in draft.model.variables]
    return total([(draft.inputs.step_h * draft.variable(name)).all() for name in used]) if used else _none()


def _none() -> Terms:
    return Terms(np.zeros(0), np.zeros(0, dtype=int))
