"""
Response contracts that are called in events: how much, how long, how often.

Only contracts whose terms speak of calls have these variables. `Calls` lays their terms over the steps.
"""

from __future__ import annotations

import numpy as np

from dispatch.model import names
from dispatch.model.demand_response import called_mw
from dispatch.model.draft import Draft
from dispatch.model.on_off import Freedom, Switch, decide_on, stay_off, stay_on


def decide_calls(draft: Draft) -> None:
    """
    A contract is called or at rest; an event begins and ends.

        u[t] - u[t-1] = v[t] - w[t]                         every step t, u[-1] from the case
        m C u[t]  <=  called[t]  <=  C u[t]                 every step t

    u  called   0 or 1        v  an event begins   0 or 1        w  an event has ended   0 or 1
    called  what it delivers: delayed + spared + filled   MW        m  least share of the capacity C   MW
    Bounds: u = 1 while an event of before the horizon is too short to end; u = 0 out of season and where the contract
    cannot be called; v = 0 until the notice is served and the rest after the event before is over.
    Knueven, Ostrowski, Watson (2020), eq. (2), of a consumer.
    """
    if draft.called.empty:
        return
    calls = draft.calls
    upper = calls.allowed & (calls.told | (calls.on_before > 0))
    freedom = Freedom(calls.held.astype(float), upper.astype(float), calls.may_start.astype(float), calls.on_before)
    decide_on(draft, _switch(draft), freedom)
    on, delivered = draft.variable(names.CALLED), called_mw(draft)[:, calls.contract_indices]
    capacity = draft.inputs.contract_mw[:, calls.contract_indices]  # 0 out of season, where no event is
    draft.hold("DemandResponse-call_most", delivered - capacity * on, "<=", 0.0, draft.called)
    draft.hold("DemandResponse-call_least", delivered - calls.least_mw * on, ">=", 0.0, draft.called)


def limit_event_length(draft: Draft) -> None:
    """
    An event lasts at least so long and at most so long, and is followed by a rest.

        sum( v[k], t-UT < k <= t )  <=  u[t],        sum( w[k], t-DT < k <= t )  <=  1 - u[t]        every step t
        u[t]  <=  sum( v[k], t-E < k <= t ) + r[t]                                                   every step t

    UT  least length    DT  rest    E  greatest length, in steps; UT and DT at least 1
    r   1 while the event of before the horizon may go on, else 0
    Rajan and Takriti (2005); Knueven, Ostrowski, Watson (2020), eq. (4)-(5). The last row is as tight: with a rest
    between events no two starts lie within one event.
    """
    if draft.called.empty:
        return
    calls, switch = draft.calls, _switch(draft)
    stay_on(draft, switch, calls.up_count)
    stay_off(draft, switch, calls.rest_count)
    for length in np.unique(calls.most_count[np.isfinite(calls.most_count)]):
        own = calls.most_count == length
        members = draft.called[own]
        recent = draft.variable(names.CALL_START, members).window(max(int(length), 1))
        still = recent - draft.variable(names.CALLED, members)
        draft.hold(f"DemandResponse-most_{int(length)}", still, ">=", -calls.going_on[:, own].astype(float), members)


def count_calls(draft: Draft) -> None:
    """
    So many events begin in a day, and so many in a season.

        sum( v[t], t in the day )  <=  N - used,        sum( v[t], t in the season )  <=  M - used

    N, M  calls a calendar day (UTC+8) and a season        used  before the first step, in its day and season
    """
    calls = draft.calls
    if draft.called.empty:
        return
    started = draft.variable(names.CALL_START)
    by_day = np.array([calls.day_index == k for k in range(len(calls.day_left_count))], dtype=float)[:, :, None]
    by_season = np.array([calls.season_index == k for k in range(len(calls.season_left_count))], dtype=float)
    for label, inside, left in (("day", by_day, calls.day_left_count), ("season", by_season, calls.season_left_count)):
        own = np.isfinite(left[0])
        if own.any():
            weights = np.broadcast_to(inside, (len(inside), *calls.allowed.shape))[:, :, own]
            axes = {label: list(range(len(left))), "name": draft.called[own]}
            counted = (started[:, own][None] * weights).sum(axis=1)
            draft.model.add_rows(f"DemandResponse-calls_a_{label}", counted, "<=", left[:, own], axes)


def _switch(draft: Draft) -> Switch:
    return Switch("DemandResponse", names.CALLED, names.CALL_START, names.CALL_STOP, draft.called)
