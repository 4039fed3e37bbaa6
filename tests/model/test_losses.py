"""
What lines and links lose, worked by hand.

`spur`: 50 MW of load at d behind a link that loses 2 % of what leaves, fed from c. `pair`: 200 MW of load at b behind a
line of 2e-5 per unit (5 ohm at 500 kV), fed from a at 300 CNY/MWh; secants meet its curve at 0, 100, 200, 300 MW.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import numpy as np
import pypsa
import pytest

from dispatch.case.case import Limits, Prices
from dispatch.case.facts import GridFacts, ReserveRule
from dispatch.case.inputs import inputs_of
from dispatch.case.losses import Losses, line_curves
from dispatch.case.network import Link
from dispatch.case.renewable import AvailableForecast
from dispatch.formats.dayahead.answer import answer_sheets
from dispatch.model.build import built
from dispatch.report.scenario import Scenario
from dispatch.report.series import generation_mw, hourly_of, load_mw, taking_mw
from dispatch.report.table import table_of
from dispatch.run import run
from dispatch.schedule.outcome import Outcome, Status
from dispatch.solve.problem import problem_of
from tests.answers import EXACT, outcome_of, schedule_of
from tests.model.worlds import free_unit
from tests.small import EXTERNAL, GRID, SUMMER_DAY, bus, interface, line, link, plant, small_case, small_facts

LINKS, LINES = Losses(links=True), Losses(lines=True, line_error_mw=0.05, line_error_share=0.0)
NOTHING: dict[str, Any] = dict.fromkeys(("plants", "stores", "contracts", "interfaces", "running_minimums"), ())
NOTHING["reserve_rules"] = (ReserveRule(GRID, 0.0, 0.0, 0.0),)
HOUR: dict[str, Any] = {"hours": 1, "start": SUMMER_DAY}


def spur(made: Link, **changes: Any) -> GridFacts:
    parts = {
        **NOTHING,
        "buses": (bus("c"), bus("d", load_share=1.0)),
        "lines": (),
        "links": (made,),
        "units": (free_unit("unit", 300.0, bus="c"),),
        "load_mw": {"d": 50.0},
    }
    return small_facts(**{**parts, **changes})


def pair(**changes: Any) -> GridFacts:
    parts = {
        **NOTHING,
        "buses": (bus("a"), bus("b", load_share=1.0)),
        "lines": (line("ab", "a", "b", resistance_share=2e-5),),
        "links": (),
        "units": (free_unit("unit", 300.0),),
        "load_mw": {"b": 200.0},
    }
    return small_facts(**{**parts, **changes})


def steps_of(outcome: Outcome) -> tuple[str, ...]:
    assert outcome.certificate is not None
    return outcome.certificate.steps


@pytest.mark.parametrize(
    ("ends", "way"),
    [pytest.param(("c", "d"), 1, id="as the link is drawn"), pytest.param(("d", "c"), -1, id="against it")],
)
def test_what_arrives_over_a_link_is_what_leaves_less_its_share(ends: tuple[str, str], way: int) -> None:
    """50 / 0.98 = 51.0204 MW leave, 1.0204 are lost, half of it at each end: 50.5102 in the middle."""
    schedule = schedule_of(spur(link("cd", *ends, loss_share=0.02)), losses=LINKS, **HOUR)
    assert schedule.output_mw["unit"].iloc[0] == pytest.approx(50 / 0.98)
    assert schedule.loss_mw["cd"].iloc[0] == pytest.approx(50 / 0.98 - 50)
    assert schedule.flow_mw["cd"].iloc[0] == pytest.approx(way * 50.5102, abs=1e-4)


def test_the_rating_of_a_link_is_of_what_enters_it() -> None:
    """Of 51 MW that may enter 49.98 arrive: the other 0.02 MW of load are made at d."""
    made = link("cd", "c", "d", loss_share=0.02, rating_mw=51.0)
    units = (free_unit("unit", 300.0, bus="c"), free_unit("dear", 900.0, bus="d"))
    schedule = schedule_of(
        spur(made, units=units), losses=LINKS, prices=Prices(network_loss_cny_per_mwh=1001.0), **HOUR
    )
    assert schedule.output_mw["dear"].iloc[0] == pytest.approx(0.02)
    assert schedule.output_mw["unit"].iloc[0] == pytest.approx(51.0)


def test_wind_is_curtailed_and_not_burnt_on_a_link() -> None:
    """
    120 MW of wind and 50 of load: 120 - 51.0204 = 68.9796 MW curtailed at 500, or 1,000 of roofs. No MW more is lost.

    The link could lose 0.6 MW more (1.6 at its rating of 80): each MWh would save 500 or 1,000 and cost 1,010.
    """
    for technology in ("wind_onshore", "solar_distributed"):
        plants = (plant("wind", technology=technology),)
        facts = spur(link("cd", "c", "d", loss_share=0.02), plants=plants, available_share={"wind": 0.6})
        outcome = outcome_of(facts, losses=LINKS, **HOUR)
        assert outcome.schedule is not None
        assert outcome.schedule.curtailed_mw["wind"].iloc[0] == pytest.approx(120 - 50 / 0.98)
        assert not any("held" in step for step in steps_of(outcome))


def test_where_burning_would_pay_a_loss_is_held_to_its_curve() -> None:
    """
    100 MW must be taken, and none is planned over the tie: 48.9796 MW go out, at 2,000 - 350 CNY/MWh.

    A MWh burnt on the link costs 1,010: the search burns 0.6 MW, and the answer does not.
    """
    forecast = AvailableForecast("wind", (100.0,), (100.0,))
    facts = spur(
        link("cd", "c", "d", loss_share=0.02),
        plants=(plant("wind"),),
        interfaces=(interface("tie", bus="c"),),
        net_import_mw={"tie": 0.0},
    )
    outcome = outcome_of(facts, losses=LINKS, available_forecasts=(forecast,), **HOUR)
    assert outcome.schedule is not None
    assert outcome.schedule.loss_mw["cd"].iloc[0] == pytest.approx(50 / 0.98 - 50)
    assert outcome.schedule.under_plan_mw["tie"].iloc[0] == pytest.approx(100 - 50 / 0.98)
    assert "losses: 1 held to their curves" in steps_of(outcome)
    assert outcome.status is Status.FEASIBLE  # 0.6 MW x (2,000 - 350 - 1,010) CNY/MWh above the bound


def test_where_burning_on_a_line_would_pay_the_answer_is_proven_all_the_same() -> None:
    """
    As on the link: 100 MW must be taken, 50 of them over a line with points (100 MW, 0.2 MW), (200, 0.8), (300, 1.8).

    f - 0.002 f / 2 = 50: 0.1001 MW are lost and 49.8999 go out over the tie, at 2,000 CNY/MWh. Up to 1.8 MW could be
    burnt on the line. No point that costs so little has a flow much above 50 MW, so that no more can be lost.
    """
    forecast = AvailableForecast("wind", (100.0,), (100.0,))
    facts = pair(
        units=(),
        plants=(plant("wind", bus="a"),),
        interfaces=(interface("tie", bus="a"),),
        net_import_mw={"tie": 0.0},
        load_mw={"b": 50.0},
    )
    outcome = outcome_of(facts, losses=LINES, available_forecasts=(forecast,), **HOUR)
    assert outcome.schedule is not None
    assert outcome.schedule.loss_mw["ab"].iloc[0] == pytest.approx(0.1 / 0.999, abs=1e-4)
    assert outcome.schedule.under_plan_mw["tie"].iloc[0] == pytest.approx(50 - 0.1 / 0.999, abs=1e-4)
    assert outcome.status is Status.OPTIMAL
    assert not any("held" in step for step in steps_of(outcome))


def test_a_line_loses_what_the_secant_of_its_flow_says() -> None:
    """
    Points (200 MW, 0.8 MW) and (300, 1.8): q = 0.8 + 0.01 (f - 200), and f - q / 2 = 200 MW arrive.

    So 0.995 f = 199.4: f = 200.402, q = 0.80402, and the unit gives 200.80402 MW.
    """
    schedule = schedule_of(pair(), losses=LINES, **HOUR)
    assert schedule.flow_mw["ab"].iloc[0] == pytest.approx(199.4 / 0.995)
    assert schedule.loss_mw["ab"].iloc[0] == pytest.approx(0.80402, abs=1e-5)
    assert schedule.output_mw["unit"].iloc[0] == pytest.approx(200.80402, abs=1e-5)


def test_the_loss_component_of_a_price_is_the_marginal_loss() -> None:
    """
    One MW more at b: 1 / 0.995 more in the middle, 1.005 / 0.995 made at 300 CNY, 0.01 / 0.995 lost at 1,010.

    (301.5 + 10.1) / 0.995 = 313.166 CNY/MWh, that of the island; at a 300, all of the difference loss.
    """
    facts = pair()
    outcome = run(small_case(facts, losses=LINES, **HOUR), facts, replace(EXACT, prices=True))
    assert outcome.prices is not None
    assert outcome.prices.tables is not None, outcome.prices.reason
    tables = outcome.prices.tables
    assert tables.price_cny_per_mwh.iloc[0].tolist() == pytest.approx([300.0, 311.6 / 0.995])
    assert tables.energy_cny_per_mwh.iloc[0].tolist() == pytest.approx([311.6 / 0.995] * 2)
    assert tables.loss_cny_per_mwh.iloc[0].tolist() == pytest.approx([300 - 311.6 / 0.995, 0.0])
    assert tables.congestion_cny_per_mwh.iloc[0].tolist() == pytest.approx([0.0, 0.0], abs=1e-6)


def test_a_case_that_counts_no_loss_has_the_rows_of_a_network_without_any() -> None:
    """Resistances and loss shares of the facts leave no trace: same columns, rows, costs and sides."""
    lossy = small_facts()
    lossy = replace(
        lossy,
        lines=tuple(replace(each, resistance_share=1e-5) for each in lossy.lines),
        links=tuple(replace(each, loss_share=0.02) for each in lossy.links),
    )
    models = [built(small_case(f), f, inputs_of(small_case(f), f)) for f in (small_facts(), lossy)]
    assert list(models[0].variables) == list(models[1].variables)
    assert not any("loss" in name for name in [*models[1].variables, *models[1].rows])
    one, other = (problem_of(model) for model in models)
    assert (one.rows != other.rows).nnz == 0
    for name in ("cost", "lower", "upper", "row_lower", "row_upper"):
        assert np.array_equal(getattr(one, name), getattr(other, name))


def test_secants_lie_on_the_curve_or_above_it_by_no_more_than_the_errors() -> None:
    losses = Losses(lines=True, line_error_mw=0.2, line_error_share=0.1)
    (curve,) = line_curves(losses, (line("ab", "a", "b", resistance_share=2e-6, rating_mw=6000.0),))
    flow = np.linspace(0, 6000, 1001)
    true, above = 2e-6 * flow**2, curve.at(flow) - 2e-6 * flow**2
    assert above.min() > -1e-9
    assert (above <= np.maximum(0.2, 0.1 * true) + 1e-9).all()


def test_losses_of_a_triangle_equal_those_of_pypsa() -> None:
    """Two units at 300 and 310 CNY/MWh, a triangle with resistances, nothing full: PyPSA's optimum with its secants."""
    logging.getLogger("pypsa").setLevel(logging.ERROR)
    logging.getLogger("linopy").setLevel(logging.ERROR)
    ohms = (("ab", "a", "b", 2e-5), ("bc", "b", "c", 1e-5), ("ac", "a", "c", 3e-5))
    lines = tuple(line(name, *ends, resistance_share=r, rating_mw=600.0) for name, *ends, r in ohms)
    units = (free_unit("near", 300.0), free_unit("far", 310.0, bus="c"))
    buses = (bus("a"), bus("b", load_share=1.0), bus("c"))
    facts = pair(buses=buses, lines=lines, units=units, load_mw={"b": 350.0})
    prices = Prices(0.0, 0.0, network_loss_cny_per_mwh=1e-6)  # nothing to curtail: a loss needs no price
    outcome = run(small_case(facts, losses=LINES, prices=prices, **HOUR), facts, Limits(1e-7, 60.0))

    network = pypsa.Network(snapshots=[0])
    network.add("Bus", ["a", "b", "c"], v_nom=500.0)
    network.add("Load", "load", bus="b", p_set=350.0)
    for unit in units:
        slope = 300.0 if unit.name == "near" else 310.0
        network.add("Generator", unit.name, bus=unit.bus, p_nom=300.0, marginal_cost=slope)
    for name, *ends, r in ohms:
        network.add("Line", name, bus0=ends[0], bus1=ends[1], x=1e-4 * 500**2, r=r * 500**2, s_nom=600.0)
    network.optimize(
        solver_name="highs",
        transmission_losses={"mode": "secants", "atol": 0.05, "rtol": 0.0},
        include_objective_constant=False,
        output_flag=False,
    )
    assert outcome.schedule is not None
    assert outcome.proof.objective_cny == pytest.approx(network.objective, rel=1e-6)
    assert outcome.schedule.loss_mw.to_numpy().sum() > 1  # the case is about losses
    theirs = (network.lines_t.p0 + network.lines_t.p1).iloc[0]
    assert outcome.schedule.loss_mw.iloc[0][theirs.index].tolist() == pytest.approx(theirs.tolist(), abs=1e-4)


def test_what_is_lost_beyond_the_grid_is_none_of_its_losses() -> None:
    """
    200 MW reach b over a line to a neighbour: q = 0.8 / 0.995 MW, f = 199.4 / 0.995. Half is lost at the neighbour's a.

    So 199.4 / 0.995 MW come over the border in the middle of the line, and 0.40201 of them are lost: 200 are used.
    """
    facts = pair(
        buses=(bus("a", grid=EXTERNAL), bus("b", load_share=1.0)),
        units=(),
        interfaces=(interface("tie", bus="a", import_limit_mw=300.0),),
        net_import_mw={"tie": 200.0},
    )
    case = small_case(facts, **HOUR, losses=LINES)
    outcome = run(case, facts, EXACT)
    assert outcome.metrics is not None
    assert outcome.schedule is not None
    total = outcome.metrics.total
    assert outcome.schedule.loss_mw["ab"].iloc[0] == pytest.approx(0.8 / 0.995)
    assert total.network_loss_mwh == pytest.approx(0.4 / 0.995)
    assert -total.net_export_mwh == pytest.approx(total.load_mwh + total.network_loss_mwh)
    assert total.penalty.network_loss_cny == pytest.approx(1010 * 0.8 / 0.995)
    hourly = hourly_of(Scenario("one", case, facts, outcome))
    assert hourly is not None
    assert sum(generation_mw(hourly).values()) == pytest.approx(sum(taking_mw(hourly).values(), load_mw(hourly)))


def test_what_is_lost_is_summed_by_grid_and_shown_where_a_case_counts_it() -> None:
    """50 MW behind a link that loses 2 %: 50 / 0.98 - 50 = 1.0204 MW an hour, and nothing where it is not counted."""
    facts = spur(link("cd", "c", "d", loss_share=0.02))
    for losses, lost_mwh in ((LINKS, 2 * (50 / 0.98 - 50)), (Losses(), 0.0)):
        case = small_case(facts, hours=2, start=SUMMER_DAY, losses=losses)
        outcome = run(case, facts, EXACT)
        assert outcome.metrics is not None
        assert outcome.metrics.total.network_loss_mwh == pytest.approx(lost_mwh)
        sheets = answer_sheets(case, "end", outcome)
        told = [row[1] for row in sheets["answer"] if row[0] == "network_loss_mwh"]
        assert told == pytest.approx([lost_mwh] if lost_mwh else [])
        assert sheets.get("network_loss", [])[:2] == (
            [["point 时点", "cd [MW]", "total [MW]"], ["01:00", 1.02, 1.02]] if lost_mwh else []
        )
        scenario = Scenario("one", case, facts, outcome)
        assert ("losses" in table_of([scenario])) == bool(lost_mwh)
