"""Why an answer is starred: each priced slack in use at its price, gathered by rule and place."""

from __future__ import annotations

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.metrics.area import branch_grids
from dispatch.schedule.causes import gathered
from dispatch.schedule.outcome import Cause, Slack

DEVIATIONS = {"interchange_over", "interchange_under"}
SECTION = "section_over"
HEAT = {"running_minimum", "heat_short"}


def causes_of(case: Case, facts: GridFacts, slacks: tuple[Slack, ...]) -> tuple[Cause, ...]:
    """Priced slacks in use; reserve and plans at the prices of the grid, lines and sections at theirs or the case's."""
    reserve = {("reserve_up", rule.grid): rule.shortfall_cny_per_mwh for rule in facts.reserve_rules}
    reserve |= {("reserve_down", rule.grid): rule.short_down_cny_per_mwh for rule in facts.reserve_rules}
    reserve |= {(rule.product, rule.grid): rule.shortfall_cny_per_mwh for rule in facts.product_rules}
    deviation = {interface.name: interface.deviation_cny_per_mwh for interface in facts.interfaces}
    branches = branch_grids(facts)
    homes = {
        **{member: member for member in facts.members},
        **{interface.name: interface.grid for interface in facts.interfaces},
        **{unit.plant: unit.grid for unit in facts.units},
        **branches,
        **{section.name: branches[section.branches[0]] for section in facts.sections},
    }

    def price(slack: Slack) -> float:
        if slack.kind in HEAT:
            return case.heat.short_cny_per_mwh or 0.0
        if (slack.kind, slack.component) in reserve:
            return reserve[slack.kind, slack.component]
        if slack.kind in DEVIATIONS:
            return deviation[slack.component]
        components = facts.sections if slack.kind == SECTION else facts.lines
        own = next((c.overload_cny_per_mwh for c in components if c.name == slack.component), None)
        return case.security.overload_cny_per_mwh if own is None else own

    return gathered(slacks, case.horizon.step_h, price, lambda slack: homes[slack.component], in_use=True)
