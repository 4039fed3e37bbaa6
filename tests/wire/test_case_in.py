"""What translation can see of a case is refused with every flaw."""

from __future__ import annotations

import contextlib
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.case.case import Case, Interchange, Limits, Prices, Scales
from dispatch.case.demand_response import ResponseTerms
from dispatch.case.heat import Heat, HeatForecast, HeatStore
from dispatch.case.objective import OBJECTIVES
from dispatch.case.thermal import Retrofit
from dispatch.errors import CaseError
from dispatch.v1 import case_pb2, run_pb2
from dispatch.wire.translate import case_from, case_to, limits_from, limits_to
from tests.wire.examples import CASES, a_case


def _flaws(message: case_pb2.Case) -> dict[str, str]:
    with pytest.raises(CaseError) as refused:
        case_from(message)
    return {flaw.field: flaw.code for flaw in refused.value.flaws}


@given(CASES)
@settings(max_examples=50, deadline=None)
def test_a_case_comes_back_from_the_wire_as_it_went(case: Case) -> None:
    sent = case_to(case).SerializeToString()
    assert case_from(case_pb2.Case.FromString(sent)) == case


def test_what_is_left_out_takes_its_default() -> None:
    message = case_to(a_case())
    for field in ("interchange", "reserve", "prices", "scales", "security"):
        message.ClearField(field)
    message.horizon.ClearField("step_h")
    assert case_from(message) == a_case()


def test_one_price_given_leaves_the_other_at_its_default() -> None:
    message = case_to(a_case())
    message.ClearField("prices")
    message.prices.large_curtailment_cny_per_mwh = 0.0
    message.ClearField("scales")
    message.scales.load_share = 3.0
    case = case_from(message)
    assert case.prices == Prices(large_curtailment_cny_per_mwh=0.0)
    assert case.scales == Scales(load_share=3.0)


def test_an_unspecified_plan_is_the_central_one() -> None:
    message = case_to(a_case())
    message.interchange.variant = case_pb2.INTERCHANGE_VARIANT_UNSPECIFIED
    assert case_from(message).interchange == Interchange("central")


def test_an_empty_case_lacks_its_grid_its_edition_and_its_horizon() -> None:
    assert _flaws(case_pb2.Case()) == {"grid": "REQUIRED", "edition": "REQUIRED", "horizon": "REQUIRED"}


def test_every_missing_part_is_named_at_once() -> None:
    message = case_to(a_case())
    message.horizon.Clear()
    message.units.add(unit="x")
    message.stores.add()
    message.outages.add(unit="x")
    message.must_run.add(unit="x").start.GetCurrentTime()
    message.no_start.add().start.GetCurrentTime()
    message.interchange.variant = 9  # type: ignore[assignment]
    message.objective = 9  # type: ignore[assignment]
    assert _flaws(message) == {
        "horizon.start": "REQUIRED",
        "horizon.step_count": "REQUIRED",
        "units[1].on": "REQUIRED",
        "units[1].hours_h": "REQUIRED",
        "units[1].output_mw": "REQUIRED",
        "stores[1].store": "REQUIRED",
        "stores[1].start_level_mwh": "REQUIRED",
        "stores[1].end_level_mwh": "REQUIRED",
        "outages[0].start": "REQUIRED",
        "outages[0].end": "REQUIRED",
        "must_run[0].end": "REQUIRED",
        "no_start[0].unit": "REQUIRED",
        "no_start[0].end": "REQUIRED",
        "interchange.variant": "UNKNOWN_VALUE",
        "objective": "UNKNOWN_VALUE",
    }


@pytest.mark.parametrize(
    ("seconds", "nanos"),
    [(0, 0), (2**62, 0), (-(2**62), 0), (1_900_000_000, -1), (1_900_000_000, 10**9), (1_900_000_000, 1)],
)
def test_a_time_out_of_range_is_refused(seconds: int, nanos: int) -> None:
    message = case_to(a_case())
    message.horizon.start.seconds, message.horizon.start.nanos = seconds, nanos
    assert _flaws(message) == {"horizon.start": "OUT_OF_RANGE"}


@given(st.binary(max_size=60))
@settings(deadline=None)
def test_no_bytes_that_parse_are_answered_by_anything_but_a_case_or_its_flaws(noise: bytes) -> None:
    message = case_to(a_case())
    try:
        message.MergeFromString(noise)
    except Exception:  # noqa: BLE001 (these bytes are no message)
        return
    with contextlib.suppress(CaseError):
        assert isinstance(case_from(message), Case)


def test_a_retrofit_without_its_state_is_refused() -> None:
    message = case_to(a_case())
    message.retrofits.add(technology_class="usc_1000")
    assert _flaws(message) == {"retrofits[0].state": "REQUIRED"}


def test_a_retrofit_state_that_is_not_known_is_refused_as_such() -> None:
    message = case_to(a_case())
    message.retrofits.add(technology_class="usc_1000", state=9)
    with pytest.raises(CaseError) as refused:
        case_from(message)
    assert [(flaw.code, str(flaw)) for flaw in refused.value.flaws] == [
        ("UNKNOWN_VALUE", "retrofits[0].state: 9 is not one of BEFORE, AFTER")
    ]


def test_deep_peak_shaving_holds_where_nothing_is_said_of_it() -> None:
    message = case_to(a_case())
    assert message.deep_peak_shaving
    message.ClearField("deep_peak_shaving")
    assert case_from(message).deep_peak_shaving
    message.deep_peak_shaving = False
    assert not case_from(message).deep_peak_shaving


def test_the_stored_heat_load_holds_where_nothing_is_said_of_it() -> None:
    message = case_to(a_case())
    message.ClearField("heat")
    assert case_from(message).heat == Heat()
    message.heat.forecasts.add(plant="P", heat_share=[0.5, 0.75])
    assert case_from(message).heat == Heat(1.0, (HeatForecast("P", (0.5, 0.75)),))


def test_a_heat_store_is_half_full_and_loses_nothing_unless_the_case_says_so() -> None:
    message = case_to(a_case())
    message.heat.stores.add(plant="P", energy_mwh=10.0, charge_mw=5.0, discharge_mw=4.0)
    message.heat.stores.add(plant="Q", energy_mwh=0.0, charge_mw=5.0, discharge_mw=4.0, start_level_share=0.0)
    half, empty = case_from(message).heat.stores
    assert half == HeatStore("P", 10.0, 5.0, 4.0, hourly_loss_share=0.0, start_level_share=0.5, end_level_share=None)
    assert (empty.energy_mwh, empty.start_level_share) == (0.0, 0.0)
    message.heat.stores.add(plant="R", energy_mwh=10.0)
    with pytest.raises(CaseError) as refused:
        case_from(message)
    assert [flaw.field for flaw in refused.value.flaws] == ["heat.stores[2].charge_mw", "heat.stores[2].discharge_mw"]


def test_a_plan_that_has_no_name_on_the_wire_is_refused() -> None:
    case = Case("jibei", 2030, a_case().horizon, (), (), interchange=Interchange("enormous"))
    with pytest.raises(CaseError, match=r"interchange\.variant"):
        case_to(case)


def test_every_word_that_has_no_name_on_the_wire_is_named_at_once() -> None:
    case = replace(
        a_case(),
        interchange=Interchange("enormous"),
        retrofits=(Retrofit("before", unit="x"), Retrofit("halfway", unit="y")),
        response=ResponseTerms("month_peak", "forgotten"),
        objective="fame",
    )
    with pytest.raises(CaseError) as refused:
        case_to(case)
    assert {flaw.code for flaw in refused.value.flaws} == {"UNKNOWN_VALUE"}
    assert {str(flaw) for flaw in refused.value.flaws} == {
        "interchange.variant: 'enormous' is not one of low, central, high",
        "retrofits[1].state: 'halfway' is not one of before, after",
        "response.cap_basis: 'month_peak' is not one of annual_peak, day_peak",
        "response.backlog: 'forgotten' is not one of closed, handed_over",
        f"objective: 'fame' is not one of {', '.join(OBJECTIVES)}",
    }


def test_limits_come_back_as_they_went() -> None:
    limits = Limits(gap_share=0.0, time_s=12.5, seed_count=7, strict=True, memory_gb=1.5)
    assert limits_from(limits_to(limits)) == limits
    assert limits_from(run_pb2.Limits()) == Limits()


@pytest.mark.parametrize("number", [-1.0, math.nan, math.inf, -math.inf])
def test_limits_out_of_range_are_refused_all_at_once(number: float) -> None:
    with pytest.raises(CaseError) as refused:
        limits_from(run_pb2.Limits(gap_share=number, time_seconds=number, seed_count=-1, memory_gb=number))
    assert [flaw.field for flaw in refused.value.flaws] == [
        "limits.gap_share",
        "limits.time_seconds",
        "limits.seed_count",
        "limits.memory_gb",
    ]


@pytest.mark.parametrize("name", ["gap_share", "time_seconds", "memory_gb"])
def test_a_limit_at_the_forbidden_end_of_its_range_is_refused_alone(name: str) -> None:
    message = run_pb2.Limits()
    setattr(message, name, 1.0 if name == "gap_share" else 0.0)
    with pytest.raises(CaseError) as refused:
        limits_from(message)
    assert [flaw.field for flaw in refused.value.flaws] == [f"limits.{name}"]


def test_a_parcel_without_its_energy_or_its_hours_is_refused() -> None:
    message = case_to(a_case())
    state = message.contracts.add(contract="c1")
    state.owed.add(energy_mwh=5.0)
    state.saved.add(left_h=2.0)
    message.contracts.add()
    assert _flaws(message) == {
        "contracts[0].owed[0].left_h": "REQUIRED",
        "contracts[0].saved[0].energy_mwh": "REQUIRED",
        "contracts[1].contract": "REQUIRED",
    }


def test_a_word_that_is_not_known_of_response_is_refused() -> None:
    message = case_to(a_case())
    message.response.ParseFromString(
        case_pb2.ResponseTerms(owed_cny_per_mwh=600.0).SerializeToString() + b"\x08\x09\x10\x07"
    )
    assert _flaws(message) == {"response.cap_basis": "UNKNOWN_VALUE", "response.backlog": "UNKNOWN_VALUE"}


def test_absent_terms_of_response_close_the_horizon_on_the_annual_peak() -> None:
    message = case_to(a_case())
    message.ClearField("response")
    assert case_from(message).response == ResponseTerms("annual_peak", "closed", None)
