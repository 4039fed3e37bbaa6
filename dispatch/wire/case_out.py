"""From a case to the wire."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from dispatch.case.case import Case, Interchange, Limits, Reserve
from dispatch.case.demand_response import (
    ANNUAL_PEAK,
    CLOSED,
    DAY_PEAK,
    HANDED_OVER,
    ContractState,
    ResponseTerms,
)
from dispatch.case.objective import ABSORPTION_FIRST, CO2, COST
from dispatch.case.thermal import AFTER, BEFORE, Retrofit
from dispatch.errors import CaseError, Flaw
from dispatch.horizon import utc
from dispatch.v1 import case_pb2, run_pb2
from dispatch.wire.mirror import copied

VARIANTS = {
    "low": case_pb2.INTERCHANGE_VARIANT_LOW,
    "central": case_pb2.INTERCHANGE_VARIANT_CENTRAL,
    "high": case_pb2.INTERCHANGE_VARIANT_HIGH,
}
RETROFIT_STATES = {BEFORE: case_pb2.RETROFIT_STATE_BEFORE, AFTER: case_pb2.RETROFIT_STATE_AFTER}

OBJECTIVES = {
    COST: case_pb2.OBJECTIVE_COST,
    ABSORPTION_FIRST: case_pb2.OBJECTIVE_ABSORPTION_FIRST,
    CO2: case_pb2.OBJECTIVE_CO2,
}


CAP_BASES = {ANNUAL_PEAK: case_pb2.CAP_BASIS_ANNUAL_PEAK, DAY_PEAK: case_pb2.CAP_BASIS_DAY_PEAK}
BACKLOGS = {CLOSED: case_pb2.BACKLOG_END_CLOSED, HANDED_OVER: case_pb2.BACKLOG_END_HANDED_OVER}


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
        retrofits=[_retrofit(r) for r in case.retrofits],
        security=copied(case.security, case_pb2.Security()),
        contracts=[contract_state_to(state) for state in case.contracts],
        response=_response(case.response),
        objective=_objective(case.objective),
    )
    return copied(case, message)


def _retrofit(retrofit: Retrofit) -> case_pb2.Retrofit:
    return copied(retrofit, case_pb2.Retrofit(state=RETROFIT_STATES[retrofit.state]))


def contract_state_to(state: ContractState) -> case_pb2.ContractState:
    """The state of a response contract as a message."""
    owed, saved = ([copied(p, case_pb2.Parcel()) for p in parcels] for parcels in (state.owed, state.saved))
    return copied(state, case_pb2.ContractState(owed=owed, saved=saved))


def _response(terms: ResponseTerms) -> case_pb2.ResponseTerms:
    words = ((CAP_BASES, "cap_basis", terms.cap_basis), (BACKLOGS, "backlog", terms.backlog))
    flaws = [
        Flaw("UNKNOWN_VALUE", f"response.{field}", f"{word!r} is not one of {', '.join(known)}")
        for known, field, word in words
        if word not in known
    ]
    if flaws:
        raise CaseError(tuple(flaws))
    message = case_pb2.ResponseTerms(owed_cny_per_mwh=terms.owed_cny_per_mwh)
    message.cap_basis, message.backlog = CAP_BASES[terms.cap_basis], BACKLOGS[terms.backlog]
    return message


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
