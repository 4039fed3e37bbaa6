"""The station of prices: a solution in, the same solution with the prices of its schedule out, or why it has none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dispatch.case.case import Limits
from dispatch.case.objective import ABSORPTION_FIRST, CO2
from dispatch.errors import SolverFailed
from dispatch.model.rows import Model
from dispatch.schedule.outcome import PriceReport, RuleCheck, Solution
from dispatch.schedule.progress import Progress, Tell
from dispatch.solve.climb import GRACE_SECONDS, Known
from dispatch.solve.contingency import contingencies_of
from dispatch.solve.duals import Duals, checks_of
from dispatch.solve.highs import Answer, Orders
from dispatch.solve.islands import islands_of
from dispatch.solve.lexicographic import held_in, held_row, held_to
from dispatch.solve.losses import HeldLosses
from dispatch.solve.polish import priced as solved_as_lp
from dispatch.solve.prices import Priced, bus_prices, congestion, marginal_loss, tables_of
from dispatch.solve.problem import problem_of
from dispatch.solve.read import schedule_of
from dispatch.solve.solve import Asked, Clock
from dispatch.units import COST_SHARE, PRICE_CNY_PER_MWH


def with_prices(model: Model, asked: Asked, solution: Solution, limits: Limits, clock: Clock, tell: Tell) -> Solution:
    """
    The solution with the prices of its schedule, by the LP that its commitment leaves.

    Where that LP finds a cheaper way with the same units on (a horizon solved in windows), its schedule is the answer.
    """
    point = solution.point_x
    if solution.schedule is None or point is None:
        return solution
    problem = held_to(problem_of(model), model, solution.proof.aim)
    lazy = HeldLosses(model, asked.inputs, contingencies_of(model, asked.facts, asked.inputs))
    orders = Orders(clock.deadline_s + GRACE_SECONDS, seed=limits.seed_count, method="simplex", stop=clock.stop)
    try:
        answer, _, session = solved_as_lp(
            problem, point, orders, Known(lazy=lazy), lambda *_: tell(Progress("pricing", clock.elapsed_seconds))
        )
    except SolverFailed as error:
        return replace(solution, prices=PriceReport(None, reason=f"the LP of prices: {error}"))
    if answer.x is None or session is None or not answer.finished:
        return replace(solution, prices=PriceReport(None, reason=_why_not(answer, clock)))
    duals = Duals(session.problem, answer.x, session.row_prices())
    solution = _cheaper(model, asked, solution, duals)
    return replace(solution, prices=report_of(Priced(model, asked.case, asked.facts, asked.inputs, duals), solution))


def _why_not(answer: Answer, clock: Clock) -> str:
    """Why the LP of prices has no answer."""
    if answer.infeasible:
        return "the schedule is one of the search's tolerances alone: the LP of prices has no point"
    over = "it was stopped on request" if clock.stop() else "the time was over"
    return f"{over} before the LP of prices was solved"


def report_of(priced: Priced, solution: Solution) -> PriceReport:
    """The prices, each checked; none where a check fails."""
    checks = (_schedule_check(priced, solution), *checks_of(priced.duals), _split_check(priced))
    failed = [check for check in checks if not check.largest_violation <= check.tolerance]
    if failed:
        told = "; ".join(f"{c.rule} is off by {c.largest_violation:.3g} of {c.tolerance:.3g} {c.unit}" for c in failed)
        return PriceReport(None, checks, f"no prices are shown, for they fail their checks: {told}")
    aim = solution.proof.aim
    objective = None if aim is None else aim.objective
    return PriceReport(
        tables_of(priced),
        checks,
        absorption_cny_per_mwh=_held_price(priced) if objective == ABSORPTION_FIRST else None,
        carbon_cny_per_tco2=_held_price(priced) if objective == CO2 else None,
    )


def _cheaper(model: Model, asked: Asked, solution: Solution, duals: Duals) -> Solution:
    """The LP's own schedule where it costs less than the one found."""
    value, found = duals.problem.value(duals.x), solution.proof.objective_cny
    if found is None or value >= found - COST_SHARE * max(1.0, abs(found)):
        return solution
    schedule = schedule_of(model, duals.x, asked.facts, asked.inputs)
    aim = solution.proof.aim
    aim = None if aim is None else replace(aim, held=held_in(model, duals.x))
    proof = replace(solution.proof, objective_cny=value, aim=aim)
    return replace(solution, proof=proof, schedule=schedule, point_x=duals.x)


def _schedule_check(priced: Priced, solution: Solution) -> RuleCheck:
    """The schedule that is shown costs what the LP of the prices does, CNY."""
    value, found = priced.duals.problem.value(priced.duals.x), solution.proof.objective_cny
    amount = np.inf if found is None else abs(value - found)
    return RuleCheck("prices-schedule", 1, float(amount), COST_SHARE * priced.duals.scale_cny, "CNY")


def _split_check(priced: Priced) -> RuleCheck:
    """
    Bus prices are energy, congestion and loss, these two from PTDF and the prices of limits and of losses alone.

        | price[b] - energy - congestion[b] - loss[b] |          CNY/MWh
    """
    islands, price = islands_of(priced.facts), bus_prices(priced)
    energy = islands.mean(price, priced.inputs.load_mw)
    rest = congestion(priced, islands) + marginal_loss(priced, islands)
    amount = np.abs(price - energy - rest).max(initial=0.0)
    return RuleCheck("prices-congestion", price.size, float(amount), PRICE_CNY_PER_MWH, "CNY/MWh")


def _held_price(priced: Priced) -> float:
    """What one unit less of what was sought first would cost: the dual of its row, turned."""
    return 0.0 - float(priced.duals.row_price[held_row(priced.model)])
