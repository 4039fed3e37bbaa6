"""A case with the stored series written out as forecasts, for a scheduler to overwrite."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import inputs_of
from dispatch.case.interchange import InterchangeForecast
from dispatch.case.renewable import AvailableForecast, LoadForecast


def filled(case: Case, facts: GridFacts) -> Case:
    """
    The same question with load, wind, sun and interchange plans spelled out, MW.

    What the case forecasts already stays. To the kW, the answer is the same: a forecast of load is spread over the
    buses as the stored load is.
    """
    inputs = inputs_of(case, facts)
    load = {f.grid: f for f in case.load_forecasts}
    available = {f.plant: f for f in case.available_forecasts}
    plans = {f.interface: f for f in case.interchange_forecasts}
    for grid in facts.members:
        own = [k for k, bus in enumerate(facts.buses) if bus.grid == grid]
        load.setdefault(grid, LoadForecast(grid, _to_the_kw(inputs.load_mw[:, own].sum(axis=1))))
    for k, plant in enumerate(facts.plants):
        available.setdefault(plant.name, AvailableForecast(plant.name, _to_the_kw(inputs.available_mw[:, k])))
    for k, tie in enumerate(facts.interfaces):
        plans.setdefault(tie.name, InterchangeForecast(tie.name, _to_the_kw(inputs.planned_import_mw[:, k])))
    return replace(
        case,
        load_forecasts=tuple(load.values()),
        available_forecasts=tuple(available.values()),
        interchange_forecasts=tuple(plans.values()),
    )


def _to_the_kw(values_mw: np.ndarray) -> tuple[float, ...]:
    return tuple((np.round(values_mw, 3) + 0.0).tolist())
