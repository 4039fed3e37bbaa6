"""Wind and sun: what was available is absorbed or curtailed, and nothing else."""

from __future__ import annotations

import numpy as np

from dispatch.audit.evidence import Evidence, names
from dispatch.audit.finding import Finding, Rule, found
from dispatch.units import POWER_MW

AVAILABLE = Rule("renewable-available", "MW", POWER_MW)
MUST_TAKE = Rule("renewable-must_take", "MW", POWER_MW)


def available(e: Evidence) -> Finding:
    """
    What is injected and what is curtailed add up to what was available; `schedule-shape` holds both above 0.

        injected[t] + curtailed[t] = available[t]        MW
    """
    amount = np.abs(e.table("injected_mw") + e.table("curtailed_mw") - e.inputs.available_mw)
    return found(AVAILABLE, amount, names(e.facts.plants), e.inputs.times)


def must_take(e: Evidence) -> Finding:
    """
    What must be taken of a plant is injected.

        injected[t] >= must take[t]        MW
    """
    amount = e.inputs.must_take_mw - e.table("injected_mw")
    return found(MUST_TAKE, amount, names(e.facts.plants), e.inputs.times)
