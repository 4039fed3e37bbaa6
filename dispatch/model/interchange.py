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


def interchange_cost(draft: Draft) -> Terms | None:
    """Imports paid less exports earned, and leaving the plan, CNY: sum( dt (k x + d (over + under)) )."""
    if draft.interfaces.empty:
        return None
    step = draft.inputs.step_h
    price = each(draft.facts.interfaces, "price_cny_per_mwh") * step
    leave = each(draft.facts.interfaces, "deviation_cny_per_mwh") * step
    slack = draft.variable(names.OVER_PLAN) + draft.variable(names.UNDER_PLAN)
    return (price * draft.variable(names.NET_IMPORT)).all() + (leave * slack).all()
