"""Exchange with the neighbours by plan, inside a band; beyond it at a price."""

from __future__ import annotations

import numpy as np

from dispatch.model import names
from dispatch.model.draft import Draft, each
from dispatch.model.terms import Terms


def follow_plan(draft: Draft) -> None:
    """
    Net import stays in the band of its plan, or leaves it by a priced amount.

        floor[t] - under[t]  <=  x[t]  <=  ceiling[t] + over[t]            every interface and step t
        -E  <=  x[t]  <=  I,  or the plan where it lies beyond

    x  net import, negative for export   MW        under, over  priced slacks   MW
    E, I  limits of export and import   MW
    """
    if draft.interfaces.empty:
        return
    inputs, facts = draft.inputs, draft.facts
    lower = np.minimum(-each(facts.interfaces, "export_limit_mw"), inputs.import_floor_mw)
    upper = np.maximum(each(facts.interfaces, "import_limit_mw"), inputs.import_ceiling_mw)
    imported = draft.decide(names.NET_IMPORT, draft.interfaces, upper, lower)
    over, under = draft.decide(names.OVER_PLAN, draft.interfaces), draft.decide(names.UNDER_PLAN, draft.interfaces)
    draft.hold("Interchange-floor", imported + under, ">=", inputs.import_floor_mw, draft.interfaces)
    draft.hold("Interchange-ceiling", imported - over, "<=", inputs.import_ceiling_mw, draft.interfaces)


def limit_plan_ramp(draft: Draft) -> None:
    """
    Net import changes from one step to the next by no more than its ramp.

        -R[t]  <=  x[t] - x[t-1]  <=  R[t]            every interface with a ramp, every step t but the first

    x  net import   MW        R  ramp x dt, or the step of the plan itself where that is larger   MW
    So the plan can always be kept; what leaves it, leaves it and comes back no faster than the ramp.
    """
    most = draft.inputs.import_step_mw
    if most is None or len(draft.times) == 1:
        return
    ramped = np.isfinite(most[1:]).all(axis=0)
    ties, steps = draft.interfaces[ramped], draft.times[1:]
    imported = draft.variable(names.NET_IMPORT, ties)
    change = (imported - imported.shift(1))[1:]
    axes = {"snapshot": steps, "name": ties}
    draft.model.add_rows("Interchange-ramp_up", change, "<=", most[1:, ramped], axes)
    draft.model.add_rows("Interchange-ramp_down", change, ">=", -most[1:, ramped], axes)


def interchange_cost(draft: Draft) -> Terms | None:
    """Imports paid less exports earned, and leaving the plan, CNY: sum( dt (k x + d (over + under)) )."""
    if draft.interfaces.empty:
        return None
    step = draft.inputs.step_h
    price = each(draft.facts.interfaces, "price_cny_per_mwh") * step
    leave = each(draft.facts.interfaces, "deviation_cny_per_mwh") * step
    slack = draft.variable(names.OVER_PLAN) + draft.variable(names.UNDER_PLAN)
    return (price * draft.variable(names.NET_IMPORT)).all() + (leave * slack).all()
