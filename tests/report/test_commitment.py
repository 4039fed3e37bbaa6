"""The commitment map: what state a unit is in."""

from __future__ import annotations

from dataclasses import replace

from dispatch.report.commitment import DEEP, OFF, OIL, ON, OUT, commitment_map, states_of
from dispatch.report.series import hourly_of
from tests.report.solved import solved


def test_every_state_is_told_apart() -> None:
    """The first unit hour by hour: out, off, on, 10 MW below its normal minimum, the same with oil, on."""
    hourly = hourly_of(solved(0.05))
    assert hourly is not None
    name, s = hourly.facts.units[0].name, hourly.schedule
    in_service = hourly.inputs.in_service.copy()
    in_service[:, 0] = [False, True, True, True, True, True]
    schedule = replace(
        s,
        on=s.on.assign(**{name: [0, 0, 1, 1, 1, 1]}),
        below_normal_mw=s.below_normal_mw.assign(**{name: [0.0, 0, 0, 10, 10, 0]}),
        oil_support=s.oil_support.assign(**{name: [0, 0, 0, 0, 1, 0]}),
    )
    changed = replace(hourly, schedule=schedule, inputs=replace(hourly.inputs, in_service=in_service))

    assert states_of(changed)[:, 0].tolist() == [OUT, OFF, ON, DEEP, OIL, ON]


def test_the_map_has_a_row_for_every_unit() -> None:
    hourly = hourly_of(solved(0.05))
    assert hourly is not None
    drawn = commitment_map(hourly)
    assert drawn is not None

    assert len(drawn["data"][0]["z"]) == len(hourly.facts.units)
