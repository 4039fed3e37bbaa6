"""Limits in force in each step, and which units they bind in one row."""

from __future__ import annotations

import numpy as np

from dispatch.model.draft import Draft, each


def start_limit_mw(draft: Draft) -> np.ndarray:
    """Highest output in the hour of a start, (T, units): the start ramp, at least the minimum in force."""
    return _between(draft, each(draft.facts.units, "start_ramp_mw"))


def stop_limit_mw(draft: Draft) -> np.ndarray:
    """Highest output in the hour before a stop, (T, units): the stop ramp, at least the minimum in force."""
    return _between(draft, each(draft.facts.units, "stop_ramp_mw"))


def stop_reach_mw(draft: Draft) -> np.ndarray:
    """Highest output and reserve up together in the hour before a stop, (T, units), at least the minimum in force."""
    return _between(draft, each(draft.facts.units, "stop_reach_mw"))


def stop_limit_before_mw(draft: Draft) -> np.ndarray:
    """Highest output from which a unit may stop in the first step, (units,)."""
    return np.asarray(np.maximum(each(draft.facts.units, "stop_ramp_mw"), draft.inputs.output_min_before_mw))


def _between(draft: Draft, ramp: np.ndarray) -> np.ndarray:
    inputs = draft.inputs
    return np.asarray(np.minimum(np.maximum(ramp, inputs.output_min_mw), inputs.output_max_mw))


def runs_two_steps(draft: Draft) -> np.ndarray:
    """Whether the minimum up time of a unit is at least two steps, (units,), bool."""
    return np.asarray(each(draft.facts.units, "min_up_h") > draft.inputs.step_h)


def take_one_row(draft: Draft) -> np.ndarray:
    """Whether no start limit and stop limit of a unit can meet in one step, each below its maximum, (units,), bool."""
    maximum = draft.inputs.output_max_mw
    both = (start_limit_mw(draft) < maximum) & (stop_reach_mw(draft) < maximum)
    return runs_two_steps(draft) | ~both.any(axis=0)
