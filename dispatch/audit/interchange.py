"""Exchange with the neighbours: within the band of the plan, and within what the interface can carry."""

from __future__ import annotations

import numpy as np

from dispatch.audit.evidence import Evidence, names, numbers
from dispatch.audit.finding import Finding, Rule, found
from dispatch.units import POWER_MW

BAND = Rule("interchange-band", "MW", POWER_MW)
RAMP = Rule("interchange-ramp", "MW", POWER_MW)
LIMITS = Rule("interchange-limits", "MW", POWER_MW)


def band(e: Evidence) -> Finding:
    """
    Net import keeps the band of the plan, but for what is counted and priced as over or under.

        floor[t] - under[t] <= import[t] <= ceiling[t] + over[t]        MW
    """
    net_import = e.table("net_import_mw")
    too_high = net_import - e.inputs.import_ceiling_mw - e.table("over_plan_mw")
    too_low = e.inputs.import_floor_mw - e.table("under_plan_mw") - net_import
    return found(BAND, np.maximum(too_high, too_low), names(e.facts.interfaces), e.inputs.times)


def limits(e: Evidence) -> Finding:
    """
    Net import keeps the limits of the interface, or the plan itself where it lies beyond them.

        -export limit <= import[t] <= import limit        MW
    """
    net_import, plan = e.table("net_import_mw"), e.inputs.planned_import_mw
    highest = np.maximum(numbers(e.facts.interfaces, "import_limit_mw"), plan)
    lowest = np.minimum(-numbers(e.facts.interfaces, "export_limit_mw"), plan)
    amount = np.maximum(net_import - highest, lowest - net_import)
    return found(LIMITS, amount, names(e.facts.interfaces), e.inputs.times)


def ramp(e: Evidence) -> Finding:
    """
    Net import changes by no more than its ramp, or than the plan itself does; the case's ramp goes before the facts'.

        |import[t] - import[t-1]| <= max(ramp dt, |plan[t] - plan[t-1]|)        MW
    """
    told = {tie.name: tie.ramp_mw_per_h for tie in e.facts.interfaces}
    told |= {asked.interface: asked.ramp_mw_per_h for asked in e.case.tie_ramps}
    most = np.array([np.inf if one is None else one for one in told.values()], dtype=float) * e.inputs.step_h
    change, planned = (
        np.abs(np.diff(table, axis=0)) for table in (e.table("net_import_mw"), e.inputs.planned_import_mw)
    )
    return found(RAMP, change - np.maximum(most, planned), names(e.facts.interfaces), e.inputs.times[1:])
