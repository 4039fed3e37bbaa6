"""Whether the forecasts that a case brings along fit its horizon, its grid and the plants they are for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dispatch.case.case import Case
from dispatch.case.check_numbers import LARGEST_POWER_MW, duplicate_flaws, number_flaws, unknown_flaws
from dispatch.case.facts import GridFacts
from dispatch.case.interchange import Interface
from dispatch.case.renewable import AvailableForecast
from dispatch.errors import Flaw
from dispatch.units import POWER_MW


def forecast_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """Every forecast of load, of available wind and sun, and of interchange; and reserve asked for in MW."""
    yield from load_flaws(case, facts)
    yield from _available_flaws(case, facts)
    yield from _interchange_flaws(case, facts)
    yield from _reserve_flaws(case, facts)
    yield from _quantile_flaws(case, facts)


def load_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """Every forecast of load."""
    forecasts = case.load_forecasts
    yield from duplicate_flaws("load_forecasts", "grid", [f.grid for f in forecasts])
    for k, forecast in enumerate(forecasts):
        path = f"load_forecasts[{k}]"
        yield from unknown_flaws("UNKNOWN_MEMBER_GRID", f"{path}.grid", forecast.grid, facts.members)
        yield from series_flaws(f"{path}.load_mw", forecast.load_mw, case, lowest_mw=0.0)


def _available_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    forecasts = case.available_forecasts
    yield from duplicate_flaws("available_forecasts", "plant", [f.plant for f in forecasts])
    capacity_mw = {p.name: p.capacity_mw * case.scales.renewable_share for p in facts.plants}
    for k, forecast in enumerate(forecasts):
        path = f"available_forecasts[{k}]"
        yield from unknown_flaws("UNKNOWN_PLANT", f"{path}.plant", forecast.plant, list(capacity_mw))
        yield from series_flaws(f"{path}.available_mw", forecast.available_mw, case, lowest_mw=0.0)
        most_mw = capacity_mw.get(forecast.plant, LARGEST_POWER_MW)
        for t, value in enumerate(forecast.available_mw):
            if most_mw + POWER_MW < value <= LARGEST_POWER_MW:
                message = f"{value:g} MW is more than the capacity of {forecast.plant}; give at most {most_mw:g} MW"
                yield Flaw("ABOVE_CAPACITY", f"{path}.available_mw[{t}]", message)
        if forecast.least_mw:
            yield from series_flaws(f"{path}.least_mw", forecast.least_mw, case, lowest_mw=0.0)
            yield from _least_flaws(f"{path}.least_mw", forecast)


def _least_flaws(path: str, forecast: AvailableForecast) -> Iterator[Flaw]:
    for t, (least_mw, most_mw) in enumerate(zip(forecast.least_mw, forecast.available_mw, strict=False)):
        if most_mw + POWER_MW < least_mw <= LARGEST_POWER_MW:
            message = f"{least_mw:g} MW must be taken of {most_mw:g} MW available; give at most that"
            yield Flaw("LEAST_ABOVE_AVAILABLE", f"{path}[{t}]", message)


def _reserve_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    asked = case.reserve.series
    yield from duplicate_flaws("reserve.series", "grid", [series.grid for series in asked])
    for k, series in enumerate(asked):
        path = f"reserve.series[{k}]"
        yield from unknown_flaws("UNKNOWN_MEMBER_GRID", f"{path}.grid", series.grid, facts.members)
        if not series.up_mw and not series.down_mw:
            message = "neither up_mw nor down_mw; give one value a step of either, or leave it out"
            yield Flaw("RESERVE_SERIES_EMPTY", path, message)
        for name in ("up_mw", "down_mw"):
            if given_mw := getattr(series, name):
                yield from series_flaws(f"{path}.{name}", given_mw, case, lowest_mw=0.0)


def _quantile_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """A quantile of an error is asked only where something is known of the error."""
    unknown = [rule.grid for rule in facts.reserve_rules if not rule.has_errors]
    for name in ("up_quantile", "down_quantile"):
        if unknown and getattr(case.reserve, name):
            message = f"no forecast errors are known of {', '.join(unknown)}; leave it out, or give reserve in MW"
            yield Flaw("ERRORS_UNKNOWN", f"reserve.{name}", message)


def _interchange_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    forecasts = case.interchange_forecasts
    yield from duplicate_flaws("interchange_forecasts", "interface", [f.interface for f in forecasts])
    interfaces = {interface.name: interface for interface in facts.interfaces}
    for k, forecast in enumerate(forecasts):
        path = f"interchange_forecasts[{k}]"
        name, series = forecast.interface, forecast.net_import_mw
        yield from unknown_flaws("UNKNOWN_INTERFACE", f"{path}.interface", name, list(interfaces))
        yield from series_flaws(f"{path}.net_import_mw", series, case, lowest_mw=-LARGEST_POWER_MW)
        if name in interfaces:
            yield from _beyond_limit_flaws(f"{path}.net_import_mw", series, interfaces[name])


def _beyond_limit_flaws(path: str, series: Sequence[float], interface: Interface) -> Iterator[Flaw]:
    low_mw, high_mw = -interface.export_limit_mw, interface.import_limit_mw
    for t, value in enumerate(series):
        beyond = value < low_mw - POWER_MW or value > high_mw + POWER_MW
        if beyond and abs(value) <= LARGEST_POWER_MW:
            message = f"{value:g} MW is beyond {interface.name}; give {low_mw:g} to {high_mw:g} MW (minus: export)"
            yield Flaw("BEYOND_INTERFACE_LIMIT", f"{path}[{t}]", message)


def series_flaws(path: str, series: Sequence[float], case: Case, lowest_mw: float) -> Iterator[Flaw]:
    """A series of MW has a value a step, none below the lowest."""
    count = case.horizon.step_count
    if len(series) != count:
        yield Flaw("SERIES_LENGTH", path, f"{len(series)} values for {count} steps; give one value a step")
    for t, value in enumerate(series):
        yield from number_flaws(f"{path}[{t}]", value, "MW", LARGEST_POWER_MW, lowest_mw)
