"""One solved case among those that are shown together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.objective import COST
from dispatch.horizon import local
from dispatch.report.labels import label_of, labels_of
from dispatch.schedule.outcome import GridMetrics, Outcome

__all__ = ["Scenario", "by_grid", "by_objective", "label_of", "nested", "told_apart"]


@dataclass(frozen=True)
class Scenario:
    """A case, the grid it is about and how it ended, under a short name."""

    label: str  # as in "response 2.5 %"
    case: Case
    facts: GridFacts
    outcome: Outcome

    @property
    def day(self) -> str:
        """The first day of the horizon, UTC+8, as 2030-01-15."""
        return f"{local(self.case.horizon.start):%Y-%m-%d}"

    @property
    def total(self) -> GridMetrics | None:
        """What the schedule is worth in the whole grid, or None where there is no schedule."""
        return self.outcome.metrics.total if self.outcome.metrics else None

    @property
    def seconds(self) -> float | None:
        """Time the run took in all."""
        return dict(self.outcome.seconds).get("total")


def told_apart(scenarios: Sequence[Scenario], folders: Sequence[str] = ()) -> list[Scenario]:
    """The same scenarios, each with a label that no other of its grid has; folders say where each was kept."""
    found = list(scenarios)
    for grid in by_grid(scenarios):
        where = [k for k, scenario in enumerate(scenarios) if scenario.case.grid == grid]
        kept = [folders[k] for k in where] if folders else []
        labels = labels_of([scenarios[k].case for k in where], kept)
        for k, label in zip(where, labels, strict=True):
            found[k] = replace(scenarios[k], label=label)
    return found


def by_grid(scenarios: Sequence[Scenario]) -> dict[str, list[Scenario]]:
    """The scenarios of each grid, in the order given."""
    found: dict[str, list[Scenario]] = {}
    for scenario in scenarios:
        found.setdefault(scenario.case.grid, []).append(scenario)
    return found


def nested(scenarios: Sequence[Scenario]) -> Iterator[tuple[Scenario, Scenario]]:
    """
    Pairs in which the second allows all that the first allows: more response or a wider band, nothing else.

    The optimum of the second is therefore never above that of the first.
    """
    for group in by_grid(scenarios).values():
        chain = sorted(group, key=lambda s: (s.case.interchange.band_share, s.case.response_share))
        for k, wider in enumerate(chain):
            within = [narrow for narrow in chain[:k] if _allows(wider, narrow)]
            if within:
                yield within[-1], wider


def by_objective(scenarios: Sequence[Scenario]) -> Iterator[tuple[Scenario, Scenario]]:
    """Pairs that differ in what they seek alone: least cost, and something else before it."""
    for group in by_grid(scenarios).values():
        for other in (scenario for scenario in group if scenario.case.objective != COST):
            alike = replace(other.case, objective=COST)
            twins = [s for s in group if replace(s.case, name=alike.name) == alike]
            if twins:
                yield twins[0], other


def _allows(wider: Scenario, narrow: Scenario) -> bool:
    less, more = narrow.case, wider.case
    band = replace(more.interchange, band_share=less.interchange.band_share)
    alike = replace(more, name=less.name, response_share=less.response_share, interchange=band) == less
    wider_band = less.interchange.band_share <= more.interchange.band_share
    alike = alike and more.objective == COST  # what is sought first may cost more where more is allowed
    return alike and wider_band and less.response_share <= more.response_share
