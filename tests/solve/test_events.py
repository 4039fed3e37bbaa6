"""Events of contracts near a relaxed point keep their terms, and no others that do are worth more."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.case.calls import Calls, calls_of
from dispatch.case.demand_response import REDUCE, ContractState
from dispatch.case.inputs import inputs_of
from dispatch.solve.events import best_events
from tests.small import SUMMER_DAY, contract, small_case, small_facts

STEPS = 9


def calls(steps: int = STEPS, state: ContractState | None = None, **terms: Any) -> Calls:
    """One contract from 18:00 on, so that midnight lies after step 5."""
    base: dict[str, Any] = {"payback_share": 0.0, "least_call_share": 0.1, "min_event_h": 1.0}
    facts = small_facts(contracts=(contract("c", REDUCE, **{**base, **terms}),))
    states = () if state is None else (state,)
    case = small_case(facts, hours=steps, start=SUMMER_DAY.replace(hour=18), response_share=0.1, contracts=states)
    return calls_of(case, facts, inputs_of(case, facts).response_cap_mw)


def keeps(terms: Calls, on: np.ndarray) -> bool:
    """Whether some hours keep every term, read hour by hour."""
    run, idle = float(terms.event_count[0]), float(terms.idle_count[0])
    day, season = terms.day_left_count[:, 0].copy(), float(terms.season_left_count[0, 0])
    for t, now in enumerate(on):
        if now:
            if run == 0:
                day[terms.day_index[t]] -= 1
                season -= 1
                if not terms.told[t, 0] or idle < terms.rest_count[0]:
                    return False
            run, idle = run + 1, 0.0
            if not terms.allowed[t, 0] or run > terms.most_count[0]:
                return False
        else:
            if 0 < run < terms.up_count[0]:
                return False
            idle, run = (1.0 if run > 0 else idle + 1), 0.0
    return bool((day >= 0).all() and season >= 0)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_no_events_that_keep_the_terms_are_worth_more(data: st.DataObject) -> None:
    """Against all 2^9 patterns of hours."""
    up = data.draw(st.integers(1, 3))
    most = data.draw(st.sampled_from([None, up, up + 1]))
    running = data.draw(st.sampled_from([0.0, 1.0]))
    state = ContractState(
        "c",
        calls_today_count=data.draw(st.integers(0, 2)),
        event_h=running,
        rest_h=None if running else data.draw(st.sampled_from([None, 1.0])),
    )
    terms = calls(
        state=state,
        min_event_h=float(up),
        max_event_h=None if most is None else float(most),
        min_rest_h=float(data.draw(st.integers(0, 3))),
        notice_h=float(data.draw(st.integers(0, 2))),
        calls_per_day_count=data.draw(st.sampled_from([None, 1, 2])),
        calls_per_season_count=data.draw(st.sampled_from([None, 1, 2])),
    )
    gain = np.array(data.draw(st.lists(st.integers(-5, 5), min_size=STEPS, max_size=STEPS)), dtype=float)
    found = best_events(terms, 0, gain)
    every = [np.array(on) for on in itertools.product([0.0, 1.0], repeat=STEPS)]
    best = max(float(gain @ on) for on in every if keeps(terms, on))
    assert keeps(terms, found)
    assert float(gain @ found) == pytest.approx(best)


def test_a_window_goes_on_from_what_was_on_before_it() -> None:
    """On in hours 1 and 2 of three, one call a day: the third must follow, the next call is tomorrow's."""
    terms = calls(min_event_h=3.0, max_event_h=4.0, calls_per_day_count=1, calls_per_season_count=5)
    later = terms.cut(3, STEPS, np.array([[False], [True], [True]]))
    assert later.held[:, 0].tolist() == [True, *[False] * 5]
    assert later.going_on[:, 0].tolist() == [True, True, *[False] * 4]
    assert later.day_left_count[:, 0].tolist() == [0, 1]
    assert later.season_left_count[0, 0] == 4
    assert best_events(later, 0, np.ones(6)).tolist() == [1, 1, 0, 1, 1, 1]
