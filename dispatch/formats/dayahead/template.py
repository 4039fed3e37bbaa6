"""A case with the stored series written out as forecasts, for a scheduler to overwrite."""

from __future__ import annotations

from dataclasses import replace

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import inputs_of
from dispatch.case.interchange import InterchangeForecast
from dispatch.case.renewable import AvailableForecast, LoadForecast


def filled(case: Case, facts: GridFacts) -> Case:
    """
    The same question with load, wind, sun and interchange plans spelled out, MW.

    What the case forecasts already stays. The answer is the same: a forecast of load is spread over the buses as the
    stored load is.
    """
    inputs = inputs_of(case, facts)
    load = {f.grid: f for f in case.load_forecasts}
    available = {f.plant: f for f in case.available_forecasts}
    plans = {f.interface: f for f in case.interchange_forecasts}
    for grid in facts.members:
        own = [k for k, bus in enumerate(facts.buses) if bus.grid == grid]
        load.setdefault(grid, LoadForecast(grid, tuple(inputs.load_mw[:, own].sum(axis=1).tolist())))
    for k, plant in enumerate(facts.plants):
        available.setdefault(plant.name, AvailableForecast(plant.name, tuple(inputs.available_mw[:, k].tolist())))
    for k, tie in enumerate(facts.interfaces):
        plan = tuple(inputs.planned_import_mw[:, k].tolist())
        plans.setdefault(tie.name, InterchangeForecast(tie.name, plan))
    return replace(
        case,
        load_forecasts=tuple(load.values()),
        available_forecasts=tuple(available.values()),
        interchange_forecasts=tuple(plans.values()),
    )
