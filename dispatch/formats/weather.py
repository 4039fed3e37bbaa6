"""
Weather series of one's own on a case: capacity factors, in place of the stored synthetic weather.

CSV      a time column first, then one column a plant, a technology of a grid ("jibei/wind_onshore") or a technology
         ("solar_utility"); times with a zone are converted, times without one are UTC+8
netCDF   as atlite writes it: a variable over time and one more dimension, whose labels are the columns; times without
         a zone are UTC, as of ERA5

A file of another year is taken by month, day and hour; a finer one by its mean over the step of the case, a coarser one
as it stands. All three are told. Hours that are missing are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.renewable import AvailableForecast, RenewablePlant
from dispatch.errors import CaseError, Flaw
from dispatch.horizon import BEIJING
from dispatch.units import SHARE

SHOWN_COUNT = 6
NETCDF = (b"\x89HDF", b"CDF")
HOUR = pd.Timedelta(hours=1)


@dataclass(frozen=True)
class Weather:
    """Shares of capacity by column, at times of UTC+8 that rise, each named by its start."""

    shares: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def times(self) -> pd.DatetimeIndex:
        """Its times."""
        return pd.DatetimeIndex(self.shares.index)


def with_weather(case: Case, facts: GridFacts, weather: Weather) -> tuple[Case, tuple[str, ...]]:
    """The case with forecasts of every plant that the weather has a column for, and what was done; or `CaseError`."""
    flaws = list(_column_flaws(weather, facts))
    shares, notes = _on_steps(weather, case, flaws)
    if flaws:
        raise CaseError(tuple(flaws))
    forecasts = {forecast.plant: forecast for forecast in case.available_forecasts}
    kept = []
    for plant in facts.plants:
        column = next((name for name in _names_of(plant) if name in shares), None)
        if column is None:
            kept.append(plant.name)
            continue
        most_mw = plant.capacity_mw * case.scales.renewable_share
        values = np.clip(shares[column].to_numpy(), 0.0, 1.0) * most_mw
        forecasts[plant.name] = AvailableForecast(plant.name, tuple(map(float, values)))
    if kept:
        more = f" and {len(kept) - SHOWN_COUNT} more" if len(kept) > SHOWN_COUNT else ""
        notes.append(f"{len(kept)} plants keep the stored weather: {', '.join(kept[:SHOWN_COUNT])}{more}")
    return replace(case, available_forecasts=tuple(forecasts.values())), (*weather.notes, *notes)


# ---------------------------------------------------------------- read


def read_weather(path: Path) -> Weather:
    """The series of a file, or `CaseError` with every flaw of its form."""
    try:
        with path.open("rb") as file:
            packed = file.read(4).startswith(NETCDF)
        table, zone = (_netcdf(path), "UTC") if packed else (_csv(path), "UTC+8")
    except (OSError, ValueError, UnicodeDecodeError, pd.errors.ParserError) as error:
        raise CaseError((Flaw("UNREADABLE", str(path), f"is no weather that can be read: {error}"),)) from error
    times, told = _times(table.index, zone, path)
    shares = pd.DataFrame(table.to_numpy(), index=times, columns=[str(name).strip() for name in table.columns])
    if flaws := tuple(_value_flaws(shares)):
        raise CaseError(flaws)
    return Weather(shares.astype(float).sort_index(), told)


def _csv(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path, index_col=0, dtype=str)
    if table.empty:
        message = "it holds no series; give a time column and one more at least"
        raise ValueError(message)
    return pd.DataFrame({name: pd.to_numeric(table[name], errors="coerce") for name in table.columns})


def _netcdf(path: Path) -> pd.DataFrame:
    import xarray as xr

    with xr.open_dataset(path) as held:
        fitting = [found for found in held.data_vars.values() if found.dims and {"time"} & set(found.dims)]
        if len(fitting) != 1:
            names = ", ".join(map(str, held.data_vars)) or "none"
            message = f"one variable over time is needed; it holds {names}"
            raise ValueError(message)
        found = fitting[0]
        if found.ndim == 1:
            return found.to_series().to_frame(str(found.name))
        return pd.DataFrame(found.transpose("time", ...).to_pandas())


def _times(index: pd.Index, zone: str, path: Path) -> tuple[pd.DatetimeIndex, tuple[str, ...]]:
    """Naive times of UTC+8, and what was taken for granted."""
    try:
        read = pd.DatetimeIndex(pd.to_datetime(index, format="mixed" if index.dtype.kind not in "M" else None))
    except (ValueError, TypeError) as error:
        raise CaseError((Flaw("WRONG_TYPE", str(path), f"its first column is no time: {error}"),)) from error
    if read.tz is not None:
        return read.tz_convert(BEIJING).tz_localize(None), ()
    told = f"times without a zone are taken as {zone}"
    return (read + pd.Timedelta(hours=8) if zone == "UTC" else read), (told,)


def _value_flaws(shares: pd.DataFrame) -> Iterator[Flaw]:
    for time in shares.index[shares.index.duplicated()].unique():
        yield Flaw("DUPLICATE", str(time), "stands more than once; give each time once")
    for name in shares.columns[shares.columns.duplicated()]:
        yield Flaw("DUPLICATE", str(name), "is the name of more than one column; give it once")
    if not shares.columns.is_unique:
        return
    for name in shares.columns:
        values = shares[name].to_numpy(dtype=float)
        for row in np.flatnonzero(~((values >= -SHARE) & (values <= 1 + SHARE)))[:SHOWN_COUNT]:
            message = f"{values[row]:g} at {shares.index[row]} is no share of capacity; give a number from 0 to 1"
            yield Flaw("SHARE_OUT_OF_RANGE", str(name), message)


# ---------------------------------------------------------------- onto a case


def _names_of(plant: RenewablePlant) -> tuple[str, str, str]:
    """What a column of a plant may be called, the nearest first."""
    return plant.name, f"{plant.grid}/{plant.technology}", plant.technology


def _column_flaws(weather: Weather, facts: GridFacts) -> Iterator[Flaw]:
    known = {name for plant in facts.plants for name in _names_of(plant)}
    kinds = sorted({name for plant in facts.plants for name in _names_of(plant)[1:]})
    for name in weather.shares.columns:
        if name not in known:
            yield Flaw("UNKNOWN_PLANT", name, f"is no plant of {facts.grid}, and none of {', '.join(kinds)}")


def _on_steps(weather: Weather, case: Case, flaws: list[Flaw]) -> tuple[pd.DataFrame, list[str]]:
    """Shares at every step of the case; missing ones become flaws."""
    shares, times = weather.shares, case.horizon.times
    as_is = set(times.year) <= set(weather.times.year)
    notes = [] if as_is else list(_year_notes(weather.times, times, flaws))
    step = pd.Timedelta(hours=case.horizon.step_h)
    own = pd.Series(shares.index).diff().min() if len(shares) > 1 else HOUR
    if own != step:
        done = "taken by their mean over" if own < step else "held for each"
        notes.append(f"every {_minutes(own)} min, {done} {_minutes(step)} min")
    place = {key: row for row, key in enumerate(_keys(weather.times, as_is=as_is))}
    parts, missing = max(1, round(step / own)), []
    found = np.zeros((len(times), shares.shape[1]))
    for part in range(parts):
        moments = pd.DatetimeIndex((times + part * own).floor(own))
        rows = [place.get(key, -1) for key in _keys(moments, as_is=as_is)]
        missing += [moment for moment, row in zip(moments, rows, strict=True) if row < 0]
        found += shares.to_numpy()[rows] / parts
    if missing:
        more = f" and {len(missing) - SHOWN_COUNT} more" if len(missing) > SHOWN_COUNT else ""
        told = ", ".join(f"{moment:%Y-%m-%d %H:%M}" for moment in missing[:SHOWN_COUNT])
        flaws.append(Flaw("HOURS_MISSING", "time", f"{told}{more} (UTC+8) are not in the file; give them"))
    return pd.DataFrame(found, index=times, columns=shares.columns), notes


def _year_notes(held: pd.DatetimeIndex, times: pd.DatetimeIndex, flaws: list[Flaw]) -> Iterator[str]:
    """The weather of another year; of several years none can be chosen."""
    years, wanted = (", ".join(map(str, sorted(set(index.year)))) for index in (held, times))
    if len(set(_keys(held, as_is=False))) < len(held):
        message = f"holds {years} and not {wanted}; give one year, or that of the case"
        flaws.append(Flaw("AMBIGUOUS_YEAR", "time", message))
    yield f"weather of {years} on days of {wanted}, by month and day"


def _keys(times: pd.DatetimeIndex, *, as_is: bool) -> pd.Index:
    """What times are found by: themselves, or their month, day and time of day."""
    return times if as_is else times.strftime("%m-%d %H:%M")


def _minutes(span: pd.Timedelta) -> str:
    return f"{span / pd.Timedelta(minutes=1):g}"
