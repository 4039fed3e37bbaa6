"""Any small heating plant: one to three units that heat by a heat load, a store beside them, three to six hours."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume
from hypothesis import strategies as st

from dispatch.case.checks import flaws_of
from dispatch.case.facts import ReserveRule
from dispatch.case.heat import EXTRACTION, Heat, HeatForecast, HeatRegion, HeatStore
from dispatch.case.thermal import RunningMinimum, ThermalUnit
from tests.model.worlds import free_unit
from tests.properties.cases import Asked, Draw, whole
from tests.small import GRID, curve, one_bus_facts, plant, small_case, unit


@st.composite
def heated(draw: Draw) -> Asked:
    """
    A case whose units of one plant share its heat; those of one size are identical.

    They start as high as they may heat, no largest unit asks for reserve, and a store that loses heat may end empty: so
    it takes nothing from anyone.
    """
    sizes = draw(st.lists(st.sampled_from([40.0, 40.0, 80.0]), min_size=1, max_size=3))
    slope, price = draw(st.sampled_from([0.5, 1.0])), draw(whole(200, 500, 50))
    own = tuple(_unit(f"unit {k}", size, slope, price) for k, size in enumerate(sizes))
    hours = draw(st.integers(3, 6))
    facts = one_bus_facts(
        *(*own, free_unit("help", 900.0, 800.0)),
        load_mw=[*draw(st.lists(whole(100, 500, 20), min_size=6, max_size=6)), *[100.0] * 18],
        plants=(plant("wind", bus="a"),),
        available_share={"wind": draw(st.sampled_from([0.2, 0.9]))},
        running_minimums=(RunningMinimum("heat", draw(st.integers(1, len(own)))),),
        reserve_rules=(ReserveRule(GRID, draw(st.sampled_from([0.0, 0.05])), 0.05, 5_000.0, largest_unit=False),),
    )
    load = tuple(draw(st.lists(st.sampled_from([0.1, 0.5, 0.8, 1.0]), min_size=hours, max_size=hours)))
    power, energy = draw(whole(5, 40, 5)), draw(whole(10, 100, 10))
    loss, end = draw(st.sampled_from([(0.0, None), (0.02, 0.0)]))
    store = HeatStore("heat", energy, power, power, loss, end_level_share=end)
    short = draw(st.sampled_from([None, 8_000.0]))
    case = small_case(facts, hours=hours, heat=Heat(1.0, (HeatForecast("heat", load),), short, (store,)))
    states = tuple(replace(state, output_mw=150.0 if state.unit != "help" else 0.0) for state in case.units)
    case = replace(case, units=states)
    assume(not flaws_of(case, facts))
    return Asked(case, facts)


def without_store(question: Asked) -> Asked:
    """The same without its heat store."""
    return replace(question, case=replace(question.case, heat=replace(question.case.heat, stores=())))


def _unit(name: str, size_mw: float, slope: float, price: float) -> ThermalUnit:
    """80 to 300 MW without heat, 120 to 250 with all of it."""
    return unit(
        name,
        heating_output_min_mw=120.0,
        start_ramp_mw=160.0,
        stop_ramp_mw=160.0,
        min_up_h=2.0,
        min_down_h=2.0,
        heat_region=HeatRegion(EXTRACTION, size_mw, slope),
        curve=curve([80, 300], [price], price * 80),
    )
