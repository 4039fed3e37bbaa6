"""Exchange with the neighbours by plan, inside a band; beyond it at a price."""

from __future__ import annotations

from dispatch.model import names
from dispatch.model.draft import Draft, each, named
from dispatch.model.terms import Terms


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
    over, under = draft.decide(names.OVER_PLAN, interfaces), draft.decide(names.UNDER_PLAN, interfaces)
    imported = draft.variable(names.OUTPUT, interfaces)
    draft.hold("Interchange-floor", imported + under, ">=", draft.inputs.import_floor_mw, interfaces)
    draft.hold("Interchange-ceiling", imported - over, "<=", draft.inputs.import_ceiling_mw, interfaces)


def interchange_cost(draft: Draft) -> Terms | None:
    """Imports paid less exports earned, and leaving the plan, CNY: sum( dt (k x + d (over + under)) )."""
    interfaces = named(interface.name for interface in draft.facts.interfaces)
    if interfaces.empty:
        return None
    step = draft.inputs.step_h
    price = each(draft.facts.interfaces, "price_cny_per_mwh") * step
    leave = each(draft.facts.interfaces, "deviation_cny_per_mwh") * step
    slack = draft.variable(names.OVER_PLAN, interfaces) + draft.variable(names.UNDER_PLAN, interfaces)
    return (price * draft.variable(names.OUTPUT, interfaces)).all() + (leave * slack).all()
