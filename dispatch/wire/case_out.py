"""From a case to the wire."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from dispatch.case.case import Case, Interchange, Limits, Reserve
from dispatch.case.objective import ABSORPTION_FIRST, CO2, COST
from dispatch.errors import CaseError, Flaw
from dispatch.horizon import utc
from dispatch.v1 import case_pb2, run_pb2
from dispatch.wire.mirror import copied

VARIANTS = {
    "low": case_pb2.INTERCHANGE_VARIANT_LOW,
    "central": case_pb2.INTERCHANGE_VARIANT_CENTRAL,
    "high": case_pb2.INTERCHANGE_VARIANT_HIGH,
}

OBJECTIVES = {
    COST: case_pb2.OBJECTIVE_COST,
    ABSORPTION_FIRST: case_pb2.OBJECTIVE_ABSORPTION_FIRST,
    CO2: case_pb2.OBJECTIVE_CO2,
}


def stamp_of(moment: datetime) -> Timestamp:
    """An aware moment on the wire."""
    stamp = Timestamp()
    stamp.FromDatetime(utc(moment))
    return stamp


def case_to(case: Case) -> case_pb2.Case:
    """The case as a message; every number that it holds is set."""
    message = case_pb2.Case(
        horizon=copied(case.horizon, case_pb2.Horizon(start=stamp_of(case.horizon.start))),
        units=[copied(state, case_pb2.UnitState()) for state in case.units],
        stores=[copied(state, case_pb2.StoreState()) for state in case.stores],
        interchange=_interchange(case.interchange),
        reserve=_reserve(case.reserve),
        prices=copied(case.prices, case_pb2.Prices()),
        scales=copied(case.scales, case_pb2.Scales()),
        outages=[case_pb2.Outage(unit=o.unit, start=stamp_of(o.start), end=stamp_of(o.end)) for o in case.outages],
        must_run=[case_pb2.MustRun(unit=m.unit, start=stamp_of(m.start), end=stamp_of(m.end)) for m in case.must_run],
        load_forecasts=[copied(f, case_pb2.LoadForecast()) for f in case.load_forecasts],
        available_forecasts=[copied(f, case_pb2.AvailableForecast()) for f in case.available_forecasts],
        interchange_forecasts=[copied(f, case_pb2.InterchangeForecast()) for f in case.interchange_forecasts],
        security=copied(case.security, case_pb2.Security()),
        objective=_objective(case.objective),
    )
    return copied(case, message)


def _reserve(reserve: Reserve) -> case_pb2.Reserve:
    series = [copied(s, case_pb2.ReserveSeries()) for s in reserve.series]
    return copied(reserve, case_pb2.Reserve(series=series))


def _interchange(interchange: Interchange) -> case_pb2.Interchange:
    variant = VARIANTS.get(interchange.variant)
    if variant is None:
        words = f"{interchange.variant!r} is not one of {', '.join(VARIANTS)}"
        raise CaseError((Flaw("UNKNOWN_VALUE", "interchange.variant", words),))
    return case_pb2.Interchange(variant=variant, band_share=interchange.band_share)


def _objective(objective: str) -> case_pb2.Objective.ValueType:
    if objective not in OBJECTIVES:
        words = f"{objective!r} is not one of {', '.join(OBJECTIVES)}"
        raise CaseError((Flaw("UNKNOWN_VALUE", "objective", words),))
    return OBJECTIVES[objective]


def limits_to(limits: Limits) -> run_pb2.Limits:
    """The limits as a message."""
    return copied(limits, run_pb2.Limits(time_seconds=limits.time_s))
