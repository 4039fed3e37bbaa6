"""MATPOWER cases: the published optimum of five buses, costs by hand, and every flaw by its place."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from dispatch.case.case import Limits
from dispatch.errors import CaseError
from dispatch.formats.matpower import read_matpower
from dispatch.formats.registry import format_of
from dispatch.run import run
from dispatch.schedule.outcome import Outcome

FIVE_BUSES = """function mpc = five
% the 5-bus case of Li and Bo (2010); it's text, 100 % of it
mpc.version = '2';
mpc.baseMVA = 100;
mpc.bus = [
	1	2	0	0	0	0	1	1	0	230	1	1.1	0.9;
	2	1	300	98.61	0	0	1	1	0	230	1	1.1	0.9;
	3	2	300	98.61	0	0	1	1	0	230	1	1.1	0.9;
	4	3	400	131.47	0	0	1	1	0	230	1	1.1	0.9;
	5	2	0	0	0	0	1	1	0	230	1	1.1	0.9;
];
mpc.gen = [
	1	40	0	30	-30	1	100	1	40	0;
	1	170	0	127.5	-127.5	1	100	1	170	0;
	3	323.49	0	390	-390	1	100	1	520	0;
	4	0	0	150	-150	1	100	1	200	0;
	5	466.51	0	450	-450	1	100	1	600	0;
];
mpc.branch = [
	1	2	0.00281	0.0281	0.00712	400	400	400	0	0	1	-360	360;
	1	4	0.00304	0.0304	0.00658	0	0	0	0	0	1	-360	360;
	1	5	0.00064	0.0064	0.03126	0	0	0	0	0	1	0	0;
	2	3	0.00108	0.0108	0.01852	0	0	0	0	0	1	-360	360;
	3	4	0.00297	0.0297	0.00674	0	0	0	0	0	1	-360	360;
	4	5	0.00297	0.0297	0.00674	240	240	240	0	0	1	-360	360;
];
mpc.gencost = [
	2	0	0	2	14	0;
	2	0	0	2	15	0;
	2	0	0	2	30	0;
	2	0	0	2	40	0;
	2	0	0	2	10	0;
];
"""
ONE_BUS = """mpc.version = '2';
mpc.baseMVA = 100;
mpc.bus = [1 3 {load} 0 {shunt} 0 1 1 0 230 1 1.1 0.9; 9 4 50 0 0 0 1 1 0 230 1 1.1 0.9];
mpc.gen = [1 0 0 0 0 1 100 1 200 20; 1 0 0 0 0 1 100 1 200 0; 1 0 0 0 0 1 100 0 500 0];
mpc.branch = [1 9 0 0.1 0 0 0 0 0 0 1];
mpc.gencost = [{first}; {second}; 2 0 0 3 0 0 0 0];
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "case.m"
    path.write_text(text, encoding="utf-8")
    return path


def solved(path: Path) -> Outcome:
    foreign = read_matpower(path)
    return run(foreign.case, foreign.facts, Limits(gap_share=1e-6, time_s=30.0))


def flaws_of(path: Path) -> set[tuple[str, str]]:
    with pytest.raises(CaseError) as refusal:
        read_matpower(path)
    return {(flaw.code, flaw.field) for flaw in refusal.value.flaws}


def test_five_buses_cost_what_is_published(tmp_path: Path) -> None:
    """17,479.90 an hour: line 4-5 is full, so that 323.49 MW come from bus 3 at 30 instead of from bus 5 at 10."""
    outcome = solved(written(tmp_path, FIVE_BUSES))
    assert outcome.proof is not None
    assert outcome.proof.objective_cny == pytest.approx(17_479.90, abs=0.05)
    assert outcome.schedule is not None
    output = outcome.schedule.output_mw
    assert output.iloc[0].to_dict() == pytest.approx(
        {"gen[0]": 40.0, "gen[1]": 170.0, "gen[2]": 323.49, "gen[3]": 0.0, "gen[4]": 466.51}, abs=0.01
    )


def test_a_quadratic_cost_is_held_within_its_tolerance(tmp_path: Path) -> None:
    """
    Two units, 0.05 p^2 + 10 p + 100 and 0.1 p^2 + 10 p, carry 140 MW of load and 10 MW of a shunt.

    Equal slopes: 0.1 p1 = 0.2 p2, so 100 MW and 50 MW: 500 + 1000 + 100 + 250 + 500 = 2,350 an hour. The straight
    pieces lie at most 0.01 % of the costs at full output (4,100 and 6,000) above: 1.01.
    """
    one_bus = ONE_BUS.format(load=140, shunt=10, first="2 0 0 3 0.05 10 100 0", second="2 0 0 3 0.1 10 0 0")
    outcome = solved(written(tmp_path, one_bus))
    assert outcome.proof is not None
    assert outcome.proof.objective_cny == pytest.approx(2350.0 + 0.505, abs=0.505)


def test_a_piecewise_cost_is_held_exactly(tmp_path: Path) -> None:
    """20 a MWh up to 100 MW and 40 beyond, beside 30 a MWh: of 150 MW, 100 come at 20 and 50 at 30: 3,500."""
    text = ONE_BUS.format(load=150, shunt=0, first="1 0 0 3 0 0 100 2000 200 6000", second="2 0 0 2 30 0 0 0 0 0")
    text = text.replace("2 0 0 3 0 0 0 0]", "2 0 0 3 0 0 0 0 0 0]")
    outcome = solved(written(tmp_path, text))
    assert outcome.proof is not None
    assert outcome.proof.objective_cny == pytest.approx(3500.0, abs=1e-4)


def test_what_is_out_of_service_is_left_out_and_told(tmp_path: Path) -> None:
    text = ONE_BUS.format(load=140, shunt=0, first="2 0 0 3 0 10 0 0", second="2 0 0 3 0 10 0 0")
    foreign = read_matpower(written(tmp_path, text))
    assert [bus.name for bus in foreign.facts.buses] == ["1"]
    assert [unit.name for unit in foreign.facts.units] == ["gen[0]", "gen[1]"]
    assert [unit.output_min_mw for unit in foreign.facts.units] == [20.0, 0.0]
    assert foreign.notes[1:] == (
        "1 isolated buses out of service are left out",
        "1 generators out of service are left out",
        "1 branches out of service are left out",
    )


def test_wind_by_its_fuel_may_be_curtailed(tmp_path: Path) -> None:
    """Wind of 600 MW at 10 a MWh is a plant; so the 240 MW of line 4-5 and what bus 1 takes are all that is used."""
    text = FIVE_BUSES + "mpc.genfuel = {'coal'; 'coal'; 'gas'; 'oil'; 'wind'};\n"
    foreign = read_matpower(written(tmp_path, text))
    assert [(plant.name, plant.technology, plant.capacity_mw) for plant in foreign.facts.plants] == [
        ("gen[4]", "wind_onshore", 600.0)
    ]
    assert [unit.carrier for unit in foreign.facts.units] == ["coal", "coal", "gas", "oil"]
    outcome = run(foreign.case, foreign.facts, Limits(gap_share=1e-6, time_s=30.0))
    assert outcome.proof is not None
    assert outcome.proof.objective_cny == pytest.approx(17_479.90, abs=0.05)


def test_a_packed_file_is_told_by_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "case.m.gz"
    path.write_bytes(gzip.compress(FIVE_BUSES.encode()))
    kind = format_of(path)
    assert kind is not None
    assert kind.name == "MATPOWER"
    assert len(kind.read(path).facts.units) == 5


def test_every_flaw_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    text = FIVE_BUSES.replace("mpc.baseMVA = 100;", "mpc.baseMVA = 0;").replace("'2'", "'1'")
    text += "mpc.dcline = [1 2 1];\n"
    assert flaws_of(written(tmp_path, text)) == {
        ("NOT_POSITIVE", "mpc.baseMVA"),
        ("UNSUPPORTED_VERSION", "mpc.version"),
        ("UNSUPPORTED_FIELD", "mpc.dcline"),
    }


def test_a_number_that_is_none_is_told_by_row_and_column(tmp_path: Path) -> None:
    text = FIVE_BUSES.replace("\t3\t323.49", "\t3\t3,2x")
    assert ("NOT_FINITE", "mpc.gen[2][2]") in flaws_of(written(tmp_path, text))


def test_what_would_be_computed_is_refused_by_its_line(tmp_path: Path) -> None:
    text = FIVE_BUSES.replace("mpc.baseMVA = 100;", "mpc.baseMVA = 100;\nmpc.bus(:, 3) = 2 * mpc.bus(:, 3);")
    assert flaws_of(written(tmp_path, text)) == {("UNSUPPORTED_STATEMENT", "line 5")}


def test_rows_that_contradict_each_other_are_told_together(tmp_path: Path) -> None:
    text = FIVE_BUSES.replace("\t4\t0\t0\t150", "\t7\t0\t0\t150").replace("1\t40\t0;", "1\t40\t-40;")
    text = text.replace("\t2\t0\t0\t2\t10\t0;", "\t2\t0\t0\t2\t10\t0;".replace("2\t10", "9\t10"))
    assert flaws_of(written(tmp_path, text)) == {
        ("UNKNOWN_BUS", "mpc.gen"),
        ("UNSUPPORTED_FIELD", "mpc.gen"),
        ("UNSUPPORTED_FIELD", "mpc.gencost[4]"),
    }


def test_a_cost_that_grows_slower_is_refused(tmp_path: Path) -> None:
    text = ONE_BUS.format(load=140, shunt=0, first="2 0 0 3 -0.05 30 0 0", second="2 0 0 3 0 10 0 0")
    assert flaws_of(written(tmp_path, text)) == {("CURVE_NOT_CONVEX", "mpc.gencost[0]")}


def test_a_phase_shift_is_refused(tmp_path: Path) -> None:
    text = FIVE_BUSES.replace("240\t240\t240\t0\t0", "240\t240\t240\t0\t5")
    assert flaws_of(written(tmp_path, text)) == {("UNSUPPORTED_FIELD", "transformers.phase_shift")}


def test_a_pandapower_file_is_refused_with_the_way_round(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    path.write_text('{\n "_module": "pandapower.auxiliary",\n "_class": "pandapowerNet", "_object": {}}')
    kind = format_of(path)
    assert kind is not None
    with pytest.raises(CaseError, match="export_to_netcdf"):
        kind.read(path)
