"""Cases in which no field is left at its default, and files of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from dispatch.case.case import Case, Interchange, Prices, Reserve, ReserveSeries, Scales
from dispatch.case.demand_response import DAY_PEAK, HANDED_OVER, ContractState, Parcel, ResponseTerms
from dispatch.case.heat import Heat, HeatForecast
from dispatch.case.interchange import InterchangeForecast, TieRamp
from dispatch.case.losses import Losses
from dispatch.case.objective import ABSORPTION_FIRST
from dispatch.case.renewable import AvailableForecast, LoadForecast
from dispatch.case.security import Security
from dispatch.case.thermal import MustRun, NoStart, Outage, Retrofit, StartLimit, UnitState
from tests.small import WINTER_DAY, small_case, small_facts


def at(hours: float) -> datetime:
    """So long after midnight of the day."""
    return WINTER_DAY + timedelta(hours=hours)


def full_case(hours: float = 24, step_h: float = 1.0, start: datetime = WINTER_DAY) -> Case:
    """Every field says something of its own; numbers have all the digits that a float can have."""
    count = round(hours / step_h)
    rising = tuple(100 + k / 3 for k in range(count))
    base = small_case(small_facts(), hours=hours, step_h=step_h, start=start)
    return Case(
        grid=base.grid,
        edition=base.edition,
        horizon=base.horizon,
        units=(UnitState("coal_1", True, 1 / 3, 0.1 + 0.2, oil_hours_h=2.5, starts_this_week_count=1), *base.units[1:]),
        stores=base.stores,
        name='=不是公式, a "name"; 1,5',
        response_share=0.05,
        interchange=Interchange("high", 0.1),
        reserve=Reserve(
            0.01, 0.02, (ReserveSeries("jibei", rising, ()), ReserveSeries("south", (), rising)), 0.03, 0.04, 0.9, 0.8
        ),
        prices=Prices(1.0, 2.0, 3.0, 80.0, 900.0),
        scales=Scales(1.1, 1.2, 0.0, 0.5),
        outages=(Outage("coal_2", at(-100), at(8)), Outage("gas", at(8), at(24), 55.5)),
        must_run=(MustRun("coal_1", at(1), at(24)),),
        load_forecasts=(LoadForecast("jibei", rising), LoadForecast("south", rising[::-1])),
        available_forecasts=(AvailableForecast("wind", rising, rising), AvailableForecast("roofs [MW]", rising)),
        interchange_forecasts=(InterchangeForecast("import", tuple(-x for x in rising)),),
        security=Security(n_minus_1=True, emergency_share=1.2, overload_cny_per_mwh=1.0, unwatched=("tie", "ab")),
        deep_peak_shaving=False,
        retrofits=(Retrofit("after", technology_class="coal_300", grid="jibei"), Retrofit("before", unit="gas")),
        contracts=(
            ContractState("factories", (Parcel(1.5, 2.0), Parcel(2.5, 3.0)), (), 1, 2, 3.5, 4.5, 5.5, None, 6.5),
            ContractState("irrigation", (), (Parcel(0.5, 1.0),), rest_h=7.5),
        ),
        response=ResponseTerms(DAY_PEAK, HANDED_OVER, 900.0),
        objective=ABSORPTION_FIRST,
        no_start=(NoStart("gas", at(0), at(6)),),
        start_limits=(
            StartLimit(plant="heat", per_day_count=1),
            StartLimit(unit="gas", horizon_count=0, per_week_count=4),
        ),
        heat=Heat(0.9, (HeatForecast("heat", rising),), 15_000.5),
        losses=Losses(links=True, lines=True, line_error_mw=0.5, line_error_share=0.05),
        tie_ramps=(TieRamp("import", 12.5),),
        self_use=True,
    )
