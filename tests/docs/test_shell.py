from __future__ import annotations

import pytest

from tests.docs.shell import is_like

SHOWN = "grid    cost  starts  pumped\njibei  47.43       1  37,784  ... OPTIMAL\n"


@pytest.mark.parametrize(
    ("got", "alike"),
    [
        ("grid    cost  starts  pumped\njibei  47.42       1  37,849  0.02 1.4 OPTIMAL\n", True),
        ("grid    cost  starts  pumped\njibei  47.42       2  37,849  0.02 1.4 OPTIMAL\n", False),  # starts
        ("grid    cost  starts  pumped\njibei  47.42       1  38,849  0.02 1.4 OPTIMAL\n", False),  # 2.8 % more
        ("grid    cost  starts  pumped\njibei  47.42       1  37,849  0.02 1.4 FEASIBLE\n", False),
        ("grid    cost  starts\njibei  47.42       1  37,849  0.02 1.4 OPTIMAL\n", False),
    ],
)
def test_a_page_shows_what_is_printed_but_for_1_percent_of_long_numbers(got: str, *, alike: bool) -> None:
    assert is_like(SHOWN, got) is alike


def test_dates_and_years_are_no_numbers_that_may_differ() -> None:
    assert is_like("on 2030-03-12 in 1234 steps", "on 2030-03-12 in 1230 steps")
    assert not is_like("on 2030-03-12 in 1234 steps", "on 2029-03-12 in 1234 steps")
