"""A file of UnitCommitment.jl becomes a case that costs what the format's own model says; and every flaw is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dispatch.case.case import Limits
from dispatch.case.checks import flaws_of
from dispatch.errors import CaseError
from dispatch.formats.registry import PGLIB, UCJL, format_of
from dispatch.formats.ucjl import holds_ucjl, read_ucjl
from dispatch.run import run
from dispatch.schedule.outcome import Outcome, Status
from tests.formats.instances import TINY, written
from tests.formats.ucjl_instances import ABSENT, SMALL, changed, random_instance
from tests.formats.ucjl_reference import least_cost

EXACT = Limits(gap_share=1e-8, time_s=60.0)
PRICED = sum([10.0, 10.0, 5.0, 10.0]) * 30.0  # all that the price-sensitive load would pay
CURVE, LAST = "Production cost curve", "Last period maximum level (MWh)"
G1, S, AB = "Generators/g1", "Storage units/s", "Transmission lines/ab"


def solved(content: dict[str, Any], folder: Path) -> Outcome:
    foreign = read_ucjl(written(content, folder))
    assert flaws_of(foreign.case, foreign.facts) == ()
    return run(foreign.case, foreign.facts, EXACT)


def _cost(outcome: Outcome) -> float:
    assert outcome.status is Status.OPTIMAL, outcome.reason
    assert outcome.audit is not None
    assert outcome.audit.passed
    assert outcome.proof.objective_cny is not None
    return outcome.proof.objective_cny - PRICED


def test_one_unit_on_one_bus_by_hand(tmp_path: Path) -> None:
    """
    Loads 50 and 70 MW, one unit of 0 to 60 MW at 10 $/MWh, off for long, starts free; 100 $/MWh left unserved.
    It gives 50 and 60: 500 + 600; 10 MWh are not served: 1,000.
    """
    content = {
        "Parameters": {"Version": "0.3", "Time horizon (h)": 2, "Power balance penalty ($/MW)": 100.0},
        "Buses": {"b": {"Load (MW)": [50.0, 70.0]}},
        "Generators": {
            "g": {
                "Bus": "b",
                "Production cost curve (MW)": [0.0, 60.0],
                "Production cost curve ($)": [0.0, 600.0],
                "Initial status (h)": -24,
                "Initial power (MW)": 0,
            }
        },
    }
    outcome = solved(content, tmp_path)
    assert outcome.proof.objective_cny == pytest.approx(2100.0)
    assert outcome.schedule is not None
    assert outcome.schedule.cut_mw["unserved b"].tolist() == pytest.approx([0.0, 10.0])


VARIANTS: dict[str, dict[str, Any]] = {
    "small": SMALL,
    "no contingency": changed("Contingencies", ABSENT),
    "tight line": changed(f"{AB}/Normal flow limit (MW)", 5.0),
    "hard reserve": changed("Reserves/r/Shortfall penalty ($/MW)", -1),
    "fixed hours": changed(f"{G1}/Commitment status", [True, True, None, True]),
    "off by order": changed("Generators/g2/Commitment status", [None, False, False, None]),
    "negative load": changed("Buses/c/Load (MW)", [20.0, -15.0, 20.0, -5.0]),
    "end level": changed(f"{S}/Last period minimum level (MWh)", 20.0),
    "least rates": changed(f"{S}/Minimum charge rate (MW)", 6.0),
}


@pytest.mark.parametrize("content", VARIANTS.values(), ids=VARIANTS.keys())
def test_it_costs_what_the_model_of_the_format_says(content: dict[str, Any], tmp_path: Path) -> None:
    expected = least_cost(content)
    assert _cost(solved(content, tmp_path)) == pytest.approx(expected, rel=1e-5, abs=0.5)


@pytest.mark.parametrize("seed", range(12))
def test_random_instances_cost_what_the_model_of_the_format_says(seed: int, tmp_path: Path) -> None:
    """Overloads after an outage below 0.1 MW are none here, and cost 70 $/MWh there: 28 $ in four hours at most."""
    content = random_instance(seed)
    assert _cost(solved(content, tmp_path)) == pytest.approx(least_cost(content), rel=1e-6, abs=28.0)
    without = changed("Contingencies", ABSENT, content)
    assert _cost(solved(without, tmp_path)) == pytest.approx(least_cost(without), rel=1e-6)


FLAWS: list[tuple[str, object, str, str]] = [
    ("Parameters/Version", "0.2", "UNKNOWN_VALUE", "Parameters.Version"),
    ("Parameters/Time step (min)", 30, "UNSUPPORTED_FIELD", "Parameters.Time step (min)"),
    ("Parameters/Time horizon (h)", 0, "OUT_OF_RANGE", "Parameters.Time horizon (h)"),
    ("Parameters/Colour", "red", "UNKNOWN_FIELD", "Parameters.Colour"),
    ("Interfaces", {"i": {}}, "UNSUPPORTED_FIELD", "Interfaces"),
    ("Weather", {}, "UNKNOWN_FIELD", "Weather"),
    ("Buses/a/Load (MW)", [1.0], "SERIES_LENGTH", "Buses.a.Load (MW)"),
    ("Buses/a/Load (MW)", ABSENT, "REQUIRED", "Buses.a.Load (MW)"),
    (f"{G1}/Bus", "z", "UNKNOWN_NAME", "Generators.g1.Bus"),
    (f"{G1}/Type", "Nuclear", "UNKNOWN_VALUE", "Generators.g1.Type"),
    (f"{G1}/Maximum daily starts", 2, "UNSUPPORTED_FIELD", "Generators.g1.Maximum daily starts"),
    (f"{G1}/{CURVE} (MW)", [40, 80, [9, 8, 9, 9]], "UNSUPPORTED_SERIES", f"Generators.g1.{CURVE} (MW)[2]"),
    (f"{G1}/{CURVE} ($)", [800.0, 2600.0, 2800.0], "CURVE_NOT_CONVEX", f"Generators.g1.{CURVE} ($)"),
    (f"{G1}/Initial status (h)", 0, "OUT_OF_RANGE", "Generators.g1.Initial status (h)"),
    (f"{G1}/Initial power (MW)", 10.0, "CONTRADICTION", "Generators.g1.Initial power (MW)"),
    (f"{G1}/Startup limit (MW)", 10.0, "RAMP_BELOW_MINIMUM", "Generators.g1.Startup limit (MW)"),
    (f"{G1}/Reserve eligibility", ["q"], "UNKNOWN_NAME", "Generators.g1.Reserve eligibility"),
    (f"{G1}/Must run?", "yes", "WRONG_TYPE", "Generators.g1.Must run?"),
    (f"{G1}/Investment cost ($)", 5.0, "UNSUPPORTED_FIELD", "Generators.g1.Investment cost ($)"),
    ("Generators/wind/Cost ($/MW)", [1, 2, 3, 4], "UNSUPPORTED_SERIES", "Generators.wind.Cost ($/MW)"),
    ("Generators/wind/Minimum power (MW)", 20.0, "MINIMUM_ABOVE_MAXIMUM", "Generators.wind.Minimum power (MW)"),
    (f"{S}/Maximum level (MWh)", [30, 31, 30, 30], "UNSUPPORTED_SERIES", "Storage units.s.Maximum level (MWh)"),
    (f"{S}/{LAST}", 25.0, "UNSUPPORTED_FIELD", f"Storage units.s.{LAST}"),
    (f"{AB}/Target bus", "z", "UNKNOWN_NAME", "Transmission lines.ab.Target bus"),
    (f"{AB}/Susceptance (S)", 0, "NOT_POSITIVE", "Transmission lines.ab.Susceptance (S)"),
    ("Reserves/r/Type", "flexiramp", "UNSUPPORTED_FIELD", "Reserves.r.Type"),
    ("Reserves/r/Parent", "q", "UNSUPPORTED_FIELD", "Reserves.r.Parent"),
    ("Contingencies/c1/Affected lines", ["ab", "bc"], "UNSUPPORTED_FIELD", "Contingencies.c1.Affected lines"),
    ("Contingencies/c1/Affected units", ["g1"], "UNSUPPORTED_FIELD", "Contingencies.c1.Affected units"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "value", "code", "field"), FLAWS, ids=[f"{code} {field}" for _, _, code, field in FLAWS]
)
def test_a_flaw_is_named_by_its_field_and_no_other(
    place: str, value: object, code: str, field: str, tmp_path: Path
) -> None:
    with pytest.raises(CaseError) as refused:
        read_ucjl(written(changed(place, value), tmp_path))
    assert [(flaw.code, flaw.field) for flaw in refused.value.flaws] == [(code, field)]


def test_all_flaws_of_a_file_are_named_at_once(tmp_path: Path) -> None:
    content = changed(f"{G1}/Bus", "z", changed(f"{AB}/Colour", 1, changed("Parameters/Version", "9")))
    with pytest.raises(CaseError) as refused:
        read_ucjl(written(content, tmp_path))
    assert {flaw.code for flaw in refused.value.flaws} == {"UNKNOWN_NAME", "UNKNOWN_FIELD", "UNKNOWN_VALUE"}


def test_null_is_absent_and_a_series_that_stays_the_same_is_one_value(tmp_path: Path) -> None:
    content = changed(f"{G1}/Maximum daily starts", None, changed(f"{S}/Loss factor", [0.02] * 4))
    assert _cost(solved(content, tmp_path)) == pytest.approx(least_cost(SMALL), abs=0.5)


def test_what_the_two_formats_do_not_mean_alike_is_told(tmp_path: Path) -> None:
    content = changed(f"{S}/Allow simultaneous charging and discharging", ABSENT)
    notes = read_ucjl(written(content, tmp_path)).notes
    assert [note for note in notes if "1,050.00" in note]
    assert [note for note in notes if note.endswith("never do here: s")]


def test_a_file_is_told_by_what_is_in_it_packed_or_not(tmp_path: Path) -> None:
    assert format_of(written(SMALL, tmp_path, "x.json.gz")) is UCJL
    assert format_of(written(SMALL, tmp_path, "anything")) is UCJL
    assert format_of(written(TINY, tmp_path, "tiny.json")) is PGLIB
    assert not holds_ucjl(tmp_path / "absent")
