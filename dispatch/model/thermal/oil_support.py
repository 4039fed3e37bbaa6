"""Oil below the output at which coal alone keeps burning (投油稳燃), and how long a unit stays there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dispatch.case.oil import OilStart
from dispatch.case.thermal import OilSupport
from dispatch.model import names
from dispatch.model.draft import Draft
from dispatch.model.terms import Terms


def decide_oil_support(draft: Draft) -> None:
    """
    A unit that is on gives less than its oil line with oil support, and no less without.

        z[t]  <=  u[t]                                                                 every step t
        p[t]  >=  T u[t] - (T - Pmin[t]) z[t]
        p[t]  <=  Pmax[t] u[t] - (Pmax[t] - T) z[t]

    z  oil support   0 or 1        T  oil line, least output on coal alone   MW
    Only for units whose minimum lies below T in some step; elsewhere z = 0. For one unit and step these rows are the
    convex hull of off, on with oil and on without: Knueven, Ostrowski, Watson (2020), section 3.2, of two modes.
    """
    states = draft.oil_starts
    if not states:
        return
    own, members = _places(states), draft.units[_places(states)]
    line = np.array([s.oil.below_mw for s in states])
    minimum, maximum = draft.inputs.output_min_mw[:, own], draft.inputs.output_max_mw[:, own]
    upper = np.column_stack([s.allowed & ~s.barred for s in states]).astype(float)
    lower = np.column_stack([s.forced for s in states]).astype(float)
    oil = draft.decide(names.OIL, members, upper, lower, integer=True)
    draft.decide(names.OIL_BEGUN, members, 1.0)
    on, above = draft.variable(names.STATUS, members), draft.variable(names.ABOVE, members)
    deep, room = np.maximum(line - minimum, 0.0), np.maximum(maximum - line, 0.0)
    draft.hold("Generator-oil_on", on - oil, ">=", 0.0, members)
    draft.hold("Generator-oil_line_below", above - on * deep + oil * deep, ">=", 0.0, members)
    draft.hold("Generator-oil_line_above", on * (maximum - minimum) - oil * room - above, ">=", 0.0, members)


def hold_least_oil_time(draft: Draft) -> None:
    """
    Once begun, oil support lasts its least time.

        d[t]  >=  z[t] - z[t-1],        sum( d[k], t-L < k <= t )  <=  z[t]            every step t

    d  begun   0..1        L  least time in steps, at least 1
    As for minimum up times: Rajan and Takriti (2005); Knueven, Ostrowski, Watson (2020), eq. (2), (4).
    """
    states = draft.oil_starts
    if not states:
        return
    members = draft.units[_places(states)]
    oil, begun = draft.variable(names.OIL, members), draft.variable(names.OIL_BEGUN, members)
    before = np.zeros((len(draft.times), len(states)))
    before[0] = [float(s.before) for s in states]
    draft.hold("Generator-oil_logic", begun - oil + oil.shift(1), ">=", -before, members)
    for k, length in enumerate(s.least_count for s in states):
        one = members[[k]]
        draft.hold(f"Generator-oil_least_{k}", oil[:, [k]] - begun[:, [k]].window(length), ">=", 0.0, one)


def hold_most_oil_time(draft: Draft) -> None:
    """
    Oil support lasts no longer than its most time.

        sum( z[k], t-M <= k <= t )  <=  M            every step t, steps before the horizon counted

    M  most time in steps
    """
    states = draft.oil_starts
    for k, state in enumerate(states):
        one = draft.units[[state.unit_index]]
        together = draft.variable(names.OIL, one).window(state.most_count + 1)
        since = np.arange(len(draft.times))
        earlier = np.minimum(np.maximum(state.most_count - since, 0), state.served_count) * state.before
        # A row whose window reaches beyond the time served before cannot bind.
        whole = since + 1 + state.served_count * state.before > state.most_count
        if whole.any():
            axes = {"snapshot": draft.times[whole], "name": one}
            right = (state.most_count - earlier[whole])[:, None]
            draft.model.add_rows(f"Generator-oil_most_{k}", together[whole], "<=", right, axes)


def keep_oil_apart(draft: Draft) -> None:
    """
    Between two times with oil support lies a least time without.

        z[t-A] + sum( d[k], t-A < k <= t )  <=  1            every step t

    A  least time between, in steps; written where it is a step or more
    As for minimum down times: Rajan and Takriti (2005); Knueven, Ostrowski, Watson (2020), eq. (5).
    """
    for k, state in enumerate(draft.oil_starts):
        length = state.apart_count
        if not length:
            continue
        one = draft.units[[state.unit_index]]
        begun = draft.variable(names.OIL_BEGUN, one).window(length)
        before = np.zeros((len(draft.times), 1))
        before[min(length, len(before)) - 1] = float(state.before)
        with_oil = draft.variable(names.OIL, one).shift(length)
        draft.hold(f"Generator-oil_apart_{k}", begun + with_oil, "<=", 1.0 - before, one)


def oil_cost(draft: Draft) -> Terms | None:
    """
    Oil burnt and its carbon at the price of the case, CNY: sum( (price + c e) rate z dt ).

    rate  does not depend on output   t/h        c  price of carbon   CNY/t        e  carbon of the oil   tCO2/t
    """
    carbon = draft.case.prices.carbon_cny_per_t
    return _burnt(draft, lambda oil: oil.price_cny_per_t + carbon * oil.carbon_tco2_per_t)


def oil_carbon_tco2(draft: Draft) -> Terms | None:
    """Carbon dioxide of the oil, tCO2: sum( e rate z dt )."""
    return _burnt(draft, lambda oil: oil.carbon_tco2_per_t)


def _burnt(draft: Draft, per_t: Callable[[OilSupport], float]) -> Terms | None:
    """What comes of each tonne of oil, summed; None where no unit may need any."""
    states = draft.oil_starts
    if not states:
        return None
    rate = np.array([s.oil.oil_t_per_h * per_t(s.oil) for s in states])
    oil: Terms = draft.variable(names.OIL, draft.units[_places(states)])
    return (oil * (rate * draft.inputs.step_h)).all()


def _places(states: list[OilStart]) -> list[int]:
    return [state.unit_index for state in states]
