"""From a case to the wire."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from dispatch.case.case import Case, Interchange, Limits, Reserve
from dispatch.case.demand_response import ContractState, ResponseTerms
from dispatch.case.heat import Heat
from dispatch.case.thermal import Retrofit
from dispatch.errors import CaseError, Flaw
from dispatch.horizon import utc
from dispatch.v1 import case_pb2, run_pb2
from dispatch.wire.mirror import copied
from dispatch.wire.words import BACKLOGS, CAP_BASES, OBJECTIVES, PRODUCTS, RETROFIT_STATES, VARIANTS, number_of


def stamp_of(moment: datetime) -> Timestamp:
    """An aware moment on the wire."""
    stamp = Timestamp()
    stamp.FromDatetime(utc(moment))
    return stamp


def case_to(case: Case) -> case_pb2.Case:
    """The case as a message; every number that it holds is set. `CaseError` with every word that has none."""
    flaws: list[Flaw] = []
    message = case_pb2.Case(
        horizon=copied(case.horizon, case_pb2.Horizon(start=stamp_of(case.horizon.start))),
        units=[copied(state, case_pb2.UnitState()) for state in case.units],
        stores=[copied(state, case_pb2.StoreState()) for state in case.stores],
        interchange=_interchange(case.interchange, flaws),
        reserve=_reserve(case.reserve, flaws),
        prices=copied(case.prices, case_pb2.Prices()),
        scales=copied(case.scales, case_pb2.Scales()),
        outages=[copied(o, case_pb2.Outage(start=stamp_of(o.start), end=stamp_of(o.end))) for o in case.outages],
        must_run=[copied(m, case_pb2.MustRun(start=stamp_of(m.start), end=stamp_of(m.end))) for m in case.must_run],
        no_start=[copied(n, case_pb2.NoStart(start=stamp_of(n.start), end=stamp_of(n.end))) for n in case.no_start],
        start_limits=[copied(limit, case_pb2.StartLimit()) for limit in case.start_limits],
        load_forecasts=[copied(f, case_pb2.LoadForecast()) for f in case.load_forecasts],
        available_forecasts=[copied(f, case_pb2.AvailableForecast()) for f in case.available_forecasts],
        interchange_forecasts=[copied(f, case_pb2.InterchangeForecast()) for f in case.interchange_forecasts],
        retrofits=[_retrofit(r, f"retrofits[{k}]", flaws) for k, r in enumerate(case.retrofits)],
        security=copied(case.security, case_pb2.Security()),
        contracts=[contract_state_to(state) for state in case.contracts],
        response=_response(case.response, flaws),
        heat=_heat(case.heat),
        losses=copied(case.losses, case_pb2.Losses()),
        tie_ramps=[copied(ramp, case_pb2.TieRamp()) for ramp in case.tie_ramps],
        objective=number_of(case.objective, OBJECTIVES, "objective", flaws),
    )
    if flaws:
        raise CaseError(tuple(flaws))
    return copied(case, message)


def _retrofit(retrofit: Retrofit, path: str, flaws: list[Flaw]) -> case_pb2.Retrofit:
    state = number_of(retrofit.state, RETROFIT_STATES, f"{path}.state", flaws)
    return copied(retrofit, case_pb2.Retrofit(state=state))


def contract_state_to(state: ContractState) -> case_pb2.ContractState:
    """The state of a response contract as a message."""
    owed, saved = ([copied(p, case_pb2.Parcel()) for p in parcels] for parcels in (state.owed, state.saved))
    return copied(state, case_pb2.ContractState(owed=owed, saved=saved))


def _response(terms: ResponseTerms, flaws: list[Flaw]) -> case_pb2.ResponseTerms:
    return case_pb2.ResponseTerms(
        cap_basis=number_of(terms.cap_basis, CAP_BASES, "response.cap_basis", flaws),
        backlog=number_of(terms.backlog, BACKLOGS, "response.backlog", flaws),
        owed_cny_per_mwh=terms.owed_cny_per_mwh,
    )


def _reserve(reserve: Reserve, flaws: list[Flaw]) -> case_pb2.Reserve:
    series = [copied(s, case_pb2.ReserveSeries()) for s in reserve.series]
    products = [
        copied(asked, case_pb2.ProductAsked(product=number_of(asked.product, PRODUCTS, f"{path}.product", flaws)))
        for path, asked in ((f"reserve.products[{k}]", asked) for k, asked in enumerate(reserve.products))
    ]
    return copied(reserve, case_pb2.Reserve(series=series, products=products))


def _heat(heat: Heat) -> case_pb2.Heat:
    forecasts = [copied(forecast, case_pb2.HeatForecast()) for forecast in heat.forecasts]
    stores = [copied(store, case_pb2.HeatStore()) for store in heat.stores]
    return copied(heat, case_pb2.Heat(forecasts=forecasts, stores=stores))


def _interchange(interchange: Interchange, flaws: list[Flaw]) -> case_pb2.Interchange:
    variant = number_of(interchange.variant, VARIANTS, "interchange.variant", flaws)
    return case_pb2.Interchange(variant=variant, band_share=interchange.band_share)


def limits_to(limits: Limits) -> run_pb2.Limits:
    """The limits as a message."""
    return copied(limits, run_pb2.Limits(time_seconds=limits.time_s))
