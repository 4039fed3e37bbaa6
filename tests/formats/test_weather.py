"""Weather of one's own: put on a case hour by hour, and refused where hours are missing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dispatch.case.case import Case
from dispatch.case.checks import flaws_of
from dispatch.case.facts import GridFacts
from dispatch.errors import CaseError
from dispatch.formats.weather import read_weather, with_weather
from dispatch.horizon import BEIJING
from tests.small import one_bus_facts, plant, small_case, unit

DAY = datetime(2030, 6, 1, tzinfo=BEIJING)


@pytest.fixture
def facts() -> GridFacts:
    """Two wind plants of 200 MW and the sun of 100 MW."""
    plants = (
        plant("w1", bus="a"),
        plant("w2", bus="a"),
        plant("s", bus="a", technology="solar_utility", capacity_mw=100),
    )
    share = {"w1": 0.5, "w2": 0.5, "s": 0.1}
    return one_bus_facts(unit("unit"), load_mw=100.0, plants=plants, available_share=share)


def a_case(facts: GridFacts, **changes: Any) -> Case:
    return small_case(facts, **{"start": DAY, "hours": 3, **changes})


def series(folder: Path, start: str = "2030-06-01", freq: str = "h", count: int = 24, **columns: Any) -> Path:
    """A CSV file; by default `w1` at 0.1, 0.2, ..."""
    index = pd.date_range(start, periods=count, freq=freq, name="time")
    given = columns or {"w1": (np.arange(count) % 10 + 1) / 10}
    path = folder / "weather.csv"
    pd.DataFrame({name.replace("__", "/"): values for name, values in given.items()}, index=index).to_csv(path)
    return path


def forecasts(path: Path, case: Case, facts: GridFacts) -> dict[str, list[float]]:
    asked, _ = with_weather(case, facts, read_weather(path))
    assert flaws_of(asked, facts) == ()
    return {forecast.plant: list(forecast.available_mw) for forecast in asked.available_forecasts}


def refused(path: Path, case: Case, facts: GridFacts) -> list[tuple[str, str]]:
    with pytest.raises(CaseError) as error:
        with_weather(case, facts, read_weather(path))
    return [(flaw.code, flaw.field) for flaw in error.value.flaws]


def test_shares_are_of_the_capacity_and_other_plants_keep_the_stored_weather(facts: GridFacts, tmp_path: Path) -> None:
    found = forecasts(series(tmp_path), a_case(facts), facts)
    assert found == {"w1": pytest.approx([20.0, 40.0, 60.0])}
    notes = with_weather(a_case(facts), facts, read_weather(series(tmp_path)))[1]
    assert notes[-1] == "2 plants keep the stored weather: w2, s"


def test_a_plant_goes_before_its_grid_and_that_before_its_technology(facts: GridFacts, tmp_path: Path) -> None:
    grid = facts.plants[0].grid
    columns: dict[str, Any] = {f"{grid}__wind_onshore": 0.2, "wind_onshore": 0.3, "solar_utility": 0.4}
    path = series(tmp_path, w1=0.1, **columns)
    found = forecasts(path, a_case(facts), facts)
    assert {name: mw[0] for name, mw in found.items()} == {"w1": 20.0, "w2": 40.0, "s": 40.0}


def test_times_with_a_zone_are_converted(facts: GridFacts, tmp_path: Path) -> None:
    """Midnight in Hebei is 16:00 UTC the day before."""
    path = tmp_path / "zoned.csv"
    path.write_text("time,w1\n2030-05-31T16:00:00Z,0.5\n2030-05-31T17:00:00Z,0.6\n2030-05-31T18:00:00Z,0.7\n")
    assert forecasts(path, a_case(facts), facts)["w1"] == pytest.approx([100.0, 120.0, 140.0])


def test_another_year_is_taken_by_month_and_day_and_told(facts: GridFacts, tmp_path: Path) -> None:
    weather = read_weather(series(tmp_path, start="2019-06-01"))
    asked, notes = with_weather(a_case(facts), facts, weather)
    assert asked.available_forecasts[0].available_mw == pytest.approx([20.0, 40.0, 60.0])
    assert "weather of 2019 on days of 2030, by month and day" in notes


def test_quarter_hours_are_taken_by_their_mean_and_hours_are_held(facts: GridFacts, tmp_path: Path) -> None:
    """Quarters 0.1, 0.2, 0.3, 0.4 of 200 MW have a mean of 50 MW; an hour at 0.1 is four quarters at 20 MW."""
    fine = series(tmp_path, freq="15min", count=12)
    assert forecasts(fine, a_case(facts, hours=1), facts)["w1"] == pytest.approx([50.0])
    coarse = series(tmp_path, count=2)
    found = forecasts(coarse, a_case(facts, hours=2, step_h=0.25), facts)["w1"]
    assert found == pytest.approx([20.0] * 4 + [40.0] * 4)


def test_netcdf_of_atlite_is_in_utc(facts: GridFacts, tmp_path: Path) -> None:
    times = pd.date_range("2019-05-31 16:00", periods=3, freq="h")
    values = np.array([[0.1, 0.5], [0.2, 0.6], [0.3, 0.7]])
    array = xr.DataArray(values, dims=("time", "plant"), coords={"time": times, "plant": ["w2", "s"]})
    array.to_dataset(name="capacity factor").to_netcdf(tmp_path / "atlite.nc")
    found = forecasts(tmp_path / "atlite.nc", a_case(facts), facts)
    assert found == {"w2": pytest.approx([20.0, 40.0, 60.0]), "s": pytest.approx([50.0, 60.0, 70.0])}


def test_missing_hours_are_refused_by_name(facts: GridFacts, tmp_path: Path) -> None:
    path = series(tmp_path, count=2)
    with pytest.raises(CaseError, match="2030-06-01 02:00") as error:
        with_weather(a_case(facts), facts, read_weather(path))
    assert [flaw.code for flaw in error.value.flaws] == ["HOURS_MISSING"]


def test_every_flaw_is_told(facts: GridFacts, tmp_path: Path) -> None:
    case = a_case(facts)
    assert refused(series(tmp_path, w3=0.1), case, facts) == [("UNKNOWN_PLANT", "w3")]
    assert refused(series(tmp_path, w1=1.5, count=1), case, facts) == [("SHARE_OUT_OF_RANGE", "w1")]
    assert refused(series(tmp_path, w1=np.nan, count=1), case, facts) == [("SHARE_OUT_OF_RANGE", "w1")]
    two_years = series(tmp_path, start="2018-06-01", freq="365D", count=2)
    assert ("AMBIGUOUS_YEAR", "time") in refused(two_years, case, facts)
    text = series(tmp_path, count=3).read_text()
    path = tmp_path / "twice.csv"
    path.write_text(text + text.splitlines()[1] + "\n")
    assert [code for code, _ in refused(path, case, facts)] == ["DUPLICATE"]


@pytest.mark.parametrize("content", [b"", b"time,w1\n", b"time,w1\nnoon,0.1\n", b"\x89HDF"])
def test_what_is_no_weather_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "odd").write_bytes(content)
    with pytest.raises(CaseError):
        read_weather(tmp_path / "odd")
