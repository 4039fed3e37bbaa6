"""
Losses projected out of rows, worked by hand.

`pair`: 200 MW are wanted at b, fed from the slack a over a line of 2e-5 per unit, whose secants meet its curve at 0,
100, 200 and 300 MW. A MW lost there takes half a MW more from a: the flow in the middle rises by it, H = -1/2.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dispatch.case.losses import Losses, line_curves
from dispatch.solve.lossy_lines import LossyLines, Pieces, Sides
from tests.small import line

PAIR = LossyLines(
    line_curves(
        Losses(lines=True, line_error_mw=0.05, line_error_share=0.0), (line("ab", "a", "b", resistance_share=2e-5),)
    ),
    np.array([0]),
    np.array([[-0.5]]),
)
FREE = np.array([[200.0]])  # one step, one line
ISLAND = np.ones((1, 1))
STEP = np.zeros(1, dtype=int)


def resting(lossy: LossyLines, pieces: Pieces, member: np.ndarray) -> Sides:
    """Sides by ratings, of a point that burns nothing and has no room to."""
    count = len(pieces.offset_mw)
    return Sides(
        pieces, lossy.most(*lossy.rated(count)), np.zeros((count, len(member))), np.zeros((count, member.shape[1]))
    )


def test_a_flow_and_its_loss_settle_on_each_other() -> None:
    """With f = 200 + q / 2 and q = 0.8 + 0.01 (f - 200): q = 0.8 / 0.995 = 0.80402, f = 200.40201."""
    flow, lost = PAIR.settled(FREE)
    assert lost[0, 0] == pytest.approx(0.8 / 0.995)
    assert flow[0, 0] == pytest.approx(200 + 0.4 / 0.995)


def test_what_an_island_loses_is_a_row_of_what_enters_its_buses() -> None:
    """By q >= 0.01 f - 1.2 and f = free + q / 2: q >= (0.01 free - 1.2) / 0.995, 0.80402 at 200 MW."""
    weights = PAIR.summed(PAIR.pieces(np.array([[200.4]])), STEP, ISLAND, STEP)
    assert weights.flow_share[0] == pytest.approx([0.01 / 0.995])
    assert weights.moved_mw == pytest.approx([-1.2 / 0.995])
    assert weights.island_share.tolist() == [[-1.0]]


def test_a_rating_is_one_of_the_flow_with_its_loss() -> None:
    """A flow f <= F is free + Q / 2 <= F: with one line all that the island loses is its own."""
    weights = PAIR.projected(resting(PAIR, PAIR.pieces(FREE), ISLAND), STEP, ISLAND, np.ones((1, 1)), np.zeros((1, 1)))
    assert weights.flow_share.tolist() == [[1.0]]
    assert weights.island_share.tolist() == [[0.5]]
    assert weights.moved_mw.tolist() == [0.0]


@pytest.mark.parametrize("seed", range(5))
def test_projected_rows_hold_for_every_loss_above_the_curves_and_bind_on_the_pieces(seed: int) -> None:
    """Two islands of four and three lines: whatever is burnt, no row cuts it off; none is slack at its own point."""
    random = np.random.default_rng(seed)
    lines = tuple(line(f"l{k}", "a", "b", resistance_share=r) for k, r in enumerate(random.uniform(5e-6, 3e-5, 7)))
    member = np.zeros((7, 2))
    member[:4, 0] = member[4:, 1] = 1.0
    moved = random.uniform(-1, 1, (7, 7)) * (member @ member.T)
    lossy = LossyLines(line_curves(Losses(lines=True), lines), np.arange(7), moved)
    assert lossy.can_be_projected
    flow, other = random.uniform(-300, 300, (2, 1, 7))
    free = flow + lossy.settled(flow)[1] @ moved.T
    flow = lossy.settled(free)[0]
    row, step = random.uniform(-1, 1, (3, 7)), np.zeros(3, dtype=int)
    for pieces, is_own in ((lossy.pieces(flow), True), (lossy.pieces(other), False)):
        sums = lossy.summed(pieces, step[:2], member, np.arange(2))
        burns = replace(
            resting(lossy, pieces, member), room_mw=random.uniform(0, 5, (1, 7)), burnt_mw=np.full((1, 2), 8.0)
        )
        limits = lossy.projected(burns, step, member, row, np.zeros((3, 7)))
        assert np.isfinite(limits.moved_mw).all()
        most = lossy.lost(*lossy.rated(1))[0]
        for burnt in (np.zeros(7), random.uniform(0, 0.5, 7) * (most - lossy.settled(flow)[1][0])):
            carried, q = lossy.settled(free - burnt @ moved.T)
            assert (q + burnt <= most).all()
            q = q + burnt
            entering = carried + q @ moved.T
            below = sums.flow_share @ entering[0] + sums.moved_mw + sums.island_share @ (q @ member)[0]
            beyond = limits.flow_share @ entering[0] + limits.island_share @ (q @ member)[0] + limits.moved_mw
            assert below.max() <= 1e-9
            assert (beyond <= row @ carried[0] + 1e-9).all()
            if is_own and not burnt.any():
                assert below == pytest.approx(np.zeros(2), abs=1e-9)
                calm = lossy.projected(resting(lossy, pieces, member), step, member, row, np.zeros((3, 7)))
                beyond = calm.flow_share @ entering[0] + calm.island_share @ (q @ member)[0] + calm.moved_mw
                assert beyond == pytest.approx(row @ carried[0], abs=1e-9)


def test_a_row_is_relieved_by_no_more_than_its_lines_can_lose() -> None:
    """
    A MW lost on ab takes half a MW off the row, one on cd nothing. 10 MW are burnt, and ab has room for 1.8.

    So the row is free - 0.5 x 1.8 <= U, whatever Q is: 1.8 MW is the loss of ab at its rating of 300 MW, both ways.
    Where flows are known to lie from 100 to 300 MW the chord from (100, 0.2) to (300, 1.8) is above the curve: with
    q <= 0.008 f - 0.6 and f = free - q / 2 it is q <= (0.008 free - 0.6) / 1.004.
    """
    lines = tuple(line(k, "a", "b", resistance_share=2e-5, rating_mw=300.9) for k in ("ab", "cd"))
    curves = line_curves(Losses(lines=True, line_error_mw=0.05, line_error_share=0.0), lines)
    two, island = LossyLines(curves, np.arange(2), np.array([[0.5, 0.0], [0.0, 0.0]])), np.ones((2, 1))
    pieces, row = two.pieces(np.zeros((1, 2))), np.array([[1.0, 0.0]])
    room, burnt = np.array([[1.8, 1.8]]), np.array([[10.0]])
    made = two.projected(Sides(pieces, two.most(*two.rated(1)), room, burnt), STEP, island, row, np.zeros((1, 2)))
    assert made.flow_share == pytest.approx(row)
    assert made.island_share.tolist() == [[0.0]]
    assert made.moved_mw == pytest.approx([-0.5 * 1.8])
    high = two.rated(1)[1]
    made = two.projected(
        Sides(pieces, two.most(np.full((1, 2), 100.0), high), room, burnt), STEP, island, row, np.zeros((1, 2))
    )
    assert made.flow_share == pytest.approx(np.array([[1 - 0.5 * 0.008 / 1.004, 0.0]]))
    assert made.moved_mw == pytest.approx([0.5 * 0.6 / 1.004])


def test_lines_that_move_flows_by_more_than_half_of_what_they_lose_are_not_projected() -> None:
    """2 % lost on the last piece, and each MW lost moves the flow of its line by 30 MW: 0.6."""
    curves = line_curves(
        Losses(lines=True, line_error_mw=0.05, line_error_share=0.0), (line("ab", "a", "b", resistance_share=2e-5),)
    )
    slope = curves[0].slope_share[-1]
    assert LossyLines(curves, np.array([0]), np.array([[0.49 / slope]])).can_be_projected
    assert not LossyLines(curves, np.array([0]), np.array([[0.51 / slope]])).can_be_projected
