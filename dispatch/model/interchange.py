"""Exchange with the neighbours by plan, inside a band; beyond it at a price."""

from __future__ import annotations

import linopy
import numpy as np

from dispatch.model import names
from dispatch.model.draft import Draft, by_name, named


def follow_plan(draft: Draft) -> None:
    """
    Net import stays in the band of its plan, or leaves it by a priced amount.

        floor[t] - under[t]  <=  x[t]  <=  ceiling[t] + over[t]            every interface and step t

    x  net import, negative for export   MW        under, over  priced slacks   MW
    PyPSA's generator of the interface holds its physical limits.
    """
    interfaces = named(interface.name for interface in draft.facts.interfaces)
    if interfaces.empty:
        return
    over, under = draft.free(names.OVER_PLAN, interfaces), draft.free(names.UNDER_PLAN, interfaces)
    imported = draft.variable(names.OUTPUT, interfaces)
    floor = draft.by_step(draft.inputs.import_floor_mw, interfaces)
    ceiling = draft.by_step(draft.inputs.import_ceiling_mw, interfaces)
    draft.model.add_constraints(imported + under >= floor, name="Interchange-floor")
    draft.model.add_constraints(imported - over <= ceiling, name="Interchange-ceiling")


def interchange_cost(draft: Draft) -> linopy.LinearExpression | None:
    """Imports paid less exports earned, and leaving the plan, CNY: sum( dt (k x + d (over + under)) )."""
    interfaces = named(interface.name for interface in draft.facts.interfaces)
    if interfaces.empty:
        return None
    step = draft.inputs.step_h
    price = by_name(np.array([i.price_cny_per_mwh for i in draft.facts.interfaces]) * step, interfaces)
    leave = by_name(np.array([i.deviation_cny_per_mwh for i in draft.facts.interfaces]) * step, interfaces)
    slack = draft.variable(names.OVER_PLAN, interfaces) + draft.variable(names.UNDER_PLAN, interfaces)
    return (price * draft.variable(names.OUTPUT, interfaces)).sum() + (leave * slack).sum()
