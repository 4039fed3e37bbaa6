"""Foreign files from the command line: solved, kept beside the answer, audited and reported from there."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pandas as pd
import pypsa
import pytest

from dispatch.__main__ import main
from dispatch.case.case import Limits
from dispatch.cli.folder import write_solved
from dispatch.report.scenario import Scenario
from dispatch.run import run
from tests.cli.grids import known_as_jibei
from tests.formats.instances import written
from tests.formats.ucjl_instances import SMALL, changed
from tests.report.solved import solved
from tests.small import small_facts


def test_a_file_of_unitcommitment_jl_is_solved_kept_and_audited(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    instance, out = written(SMALL, tmp_path, "theirs.json.gz"), tmp_path / "out"
    assert main(["solve", str(instance), "--gap", "1e-6", "--out", str(out)]) == 0
    assert "take off 1,050.00" in capsys.readouterr().err
    assert main(["audit", str(out)]) == 0
    assert "passed" in capsys.readouterr().out
    assert main(["report", str(out)]) == 0


def test_a_network_of_pypsa_is_solved_kept_and_audited(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two hours of 50 MW at 20 a MWh."""
    network, out = pypsa.Network(), tmp_path / "out"
    network.set_snapshots(range(2))
    network.add("Bus", "a")
    network.add("Generator", "coal", bus="a", committable=True, p_nom=100.0, p_min_pu=0.3, marginal_cost=20.0)
    network.add("Load", "l", bus="a", p_set=50.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network.export_to_csv_folder(tmp_path / "theirs")
    assert main(["solve", str(tmp_path / "theirs"), "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["objective_cny"] == pytest.approx(2000.0)
    assert main(["audit", str(out)]) == 0
    assert main(["report", str(out)]) == 0


def test_a_file_that_cannot_be_asked_is_refused_with_every_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = changed("Reserves/r/Type", "flexiramp", changed("Parameters/Time step (min)", 15))
    assert main(["validate", str(written(content, tmp_path)), "--json"]) == 1
    flaws = json.loads(capsys.readouterr().out)["flaws"]
    assert [flaw["field"] for flaw in flaws] == ["Parameters.Time step (min)", "Reserves.r.Type"]


def test_another_weather_year_is_put_on_the_next_case(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Year 3 is all of every plant here, in every hour."""
    before, facts = solved().case, small_facts()
    known_as_jibei(monkeypatch, facts)
    full = pd.DataFrame(1.0, index=range(8760), columns=[plant.name for plant in facts.plants])
    monkeypatch.setattr("dispatch.grid.weather_years._drawn", {3: full}.__getitem__)
    outcome = run(before, facts, Limits(gap_share=0.001, time_s=30))
    write_solved(tmp_path / "first", Scenario("s", before, facts, outcome))
    asked = ["case", "new", "--after", str(tmp_path / "first"), "--hours", "6", "--weather-year", "3"]
    assert main(asked) == 0
    case = json.loads(capsys.readouterr().out)
    given = {row["plant"]: row["available_mw"] for row in case["available_forecasts"]}
    assert given == {plant.name: [plant.capacity_mw] * 6 for plant in facts.plants}
    assert case["name"].endswith("weather year 3")
    assert main([*asked, "--weather", "weather.csv"]) == 2


def test_weather_of_ones_own_is_put_on_the_next_case(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every wind plant at a half gives half its capacity; cases of jibei are about the triangle here."""
    before, facts = solved().case, small_facts()
    known_as_jibei(monkeypatch, facts)
    outcome = run(before, facts, Limits(gap_share=0.001, time_s=30))
    write_solved(tmp_path / "first", Scenario("s", before, facts, outcome))
    hours = pd.date_range(before.horizon.times[-1] + pd.Timedelta(hours=1), periods=6, freq="h")
    pd.DataFrame({"wind_onshore": 0.5}, index=hours).to_csv(tmp_path / "weather.csv")
    asked = ["case", "new", "--after", str(tmp_path / "first"), "--hours", "6"]
    assert main([*asked, "--weather", str(tmp_path / "weather.csv")]) == 0
    told = capsys.readouterr()
    wind = {plant.name: plant.capacity_mw for plant in facts.plants if plant.technology == "wind_onshore"}
    given = {row["plant"]: row["available_mw"] for row in json.loads(told.out)["available_forecasts"]}
    assert given == {name: [0.5 * capacity] * 6 for name, capacity in wind.items()}
    assert "weather.csv: times without a zone are taken as UTC+8" in told.err
