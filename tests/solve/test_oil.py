"""Oil support made whole: what is left keeps its times, and is left out only where it must be."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.case.inputs import inputs_of
from dispatch.case.thermal import UnitState
from dispatch.model import names
from dispatch.model.build import built
from dispatch.solve.anatomy import NONE_LIKE_IT, anatomy_of
from dispatch.solve.oil import OilSupports
from tests.model.test_deep import BOILER, HELP, OIL
from tests.small import SUMMER_DAY, one_bus_facts, small_case

COUNT = 12


def supports(before: bool, served: int, *, least: int, most: int, apart: int) -> OilSupports:
    """One unit; its columns are the first of a point."""
    numbers = {"served_count": served, "least_count": least, "most_count": most, "apart_count": apart}
    return OilSupports(
        support_index=np.arange(COUNT)[:, None],
        unit_index=np.array([0]),
        before=np.array([before]),
        free=np.array([False]),
        **{name: np.array([value]) for name, value in numbers.items()},
    )


@given(
    wanted=st.lists(st.floats(0, 1), min_size=COUNT, max_size=COUNT),
    before=st.booleans(),
    served=st.integers(1, 4),
    least=st.integers(1, 4),
    longer=st.integers(0, 3),
    apart=st.integers(0, 3),
)
@settings(deadline=None)
def test_what_is_repaired_keeps_its_times(
    wanted: list[float], before: bool, served: int, least: int, longer: int, apart: int
) -> None:
    own = supports(before, served, least=least, most=least + longer, apart=apart)
    on, free = np.ones((COUNT, 1), dtype=bool), np.ones(COUNT)
    kept = own.repaired(on, np.array(wanted), 0 * free, free)[:, 0]
    line = [before] * served + kept.tolist()
    edges = [0, *(k for k in range(1, len(line)) if line[k] != line[k - 1]), len(line)]
    for begin, end in itertools.pairwise(edges):
        if line[begin]:
            assert end - begin <= max(least + longer, served)
            assert end - begin >= least or end == len(line)
        elif begin and end < len(line):
            assert end - begin >= apart


def test_what_can_be_kept_is_kept() -> None:
    """Steps 2 to 4 are wanted, with room on all sides."""
    own = supports(False, 9, least=2, most=4, apart=2)
    wanted, free = np.zeros(COUNT), np.ones(COUNT)
    wanted[2:5] = 0.9
    on = np.ones((COUNT, 1), dtype=bool)
    assert np.flatnonzero(own.repaired(on, wanted, 0 * free, free)[:, 0]).tolist() == [2, 3, 4]
    on[3] = False
    assert np.flatnonzero(own.repaired(on, wanted, 0 * free, free)[:, 0]).tolist() == [4, 5]


def test_a_later_window_begins_where_the_point_has_come_to() -> None:
    """Oil in steps 2 and 3 of a point: a window from step 4 on begins after two steps with it."""
    own = supports(False, 9, least=3, most=4, apart=2)
    x = np.zeros(COUNT)
    x[2:4] = 1.0
    cut = own.cut(4, own.support_index[4:], x)
    assert (cut.before.tolist(), cut.served_count.tolist()) == ([True], [2])


def test_units_that_may_need_oil_stay_single_and_others_are_alike() -> None:
    twins = [replace(BOILER, name=name, oil_support=OIL) for name in ("one", "other")]
    for line_mw, alike in ((60.0, False), (40.0, True)):
        units = [replace(u, oil_support=replace(OIL, below_mw=line_mw)) for u in twins]
        facts = one_bus_facts(*units, HELP, load_mw=140.0)
        case = small_case(
            facts, hours=2, start=SUMMER_DAY, units=tuple(UnitState(u.name, True, 48.0, 70.0) for u in facts.units)
        )
        inputs = inputs_of(case, facts)
        model = built(case, facts, inputs)
        numbers = anatomy_of(model, case, facts, inputs).alike[model.variables[names.STATUS].columns]
        assert (numbers != NONE_LIKE_IT).all()
        assert (numbers[:, 0] == numbers[:, 1]).all() == alike
