"""
Everything that can go wrong, by whose turn it is to act.

* DispatchError
  + CaseError         the caller changes the case        INVALID_ARGUMENT
  + UnknownGrid       the caller names another grid      NOT_FOUND
  + Cancelled         the caller cancelled               CANCELLED
  + SolverFailed      we have a defect, never the caller INTERNAL
  + UnknownRun        the caller names another run       NOT_FOUND
  + AlreadyAsked      the caller takes another name      ALREADY_EXISTS
  + RunOver, RunOpen  the run stands otherwise           FAILED_PRECONDITION
  + StoreLost         the caller comes back later        UNAVAILABLE
  + StoreFull         the operator makes room            RESOURCE_EXHAUSTED
  + ArtefactLost      the operator brings back a file    DATA_LOSS
  + WrongDatabase     the operator migrates it           (at the start)

At a client besides: ServiceError, where the service did not answer.

`dispatch.run.run` turns SolverFailed into an answer too, FAILED with its reason; only what befalls a whole process
(killed, a defect) reaches a caller as an error.

Infeasible, stopped early, no schedule found, a schedule that fails its
audit: these are answers (`schedule.outcome.Status`), not errors.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Flaw:
    """One thing that is wrong with a case: where it stands, what stands there, what would do."""

    code: str  # stable, UPPER_SNAKE
    field: str  # path in the case, as in `initial.units[3].output_mw`
    message: str  # what was given and what would do, in one sentence

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


class DispatchError(Exception):
    """The root of the tree."""


class CaseError(DispatchError):
    """The case contradicts itself or the grid. Carries every flaw found, not the first."""

    def __init__(self, flaws: tuple[Flaw, ...]) -> None:
        super().__init__("\n".join(map(str, flaws)))
        self.flaws = flaws

    def __reduce__(self) -> tuple[type[CaseError], tuple[tuple[Flaw, ...]]]:
        return CaseError, (self.flaws,)  # from one process to another, flaw by flaw


class UnknownGrid(DispatchError):
    """No grid, or no edition of it, has this name."""


class Cancelled(DispatchError):
    """The caller no longer wants the answer."""


class SolverFailed(DispatchError):
    """The solver ended in a state that is no answer."""


class UnknownRun(DispatchError):
    """No run, or no study, of this caller has this name."""


class AlreadyAsked(DispatchError):
    """A request of this name was accepted before, and it asked for something else."""

    def __init__(self, request_id: str, kept_sha256: str, asked_sha256: str) -> None:
        super().__init__(
            f"request_id {request_id!r} was accepted before with another case or other limits: "
            f"kept {kept_sha256}, asked now {asked_sha256}"
        )
        self.request_id, self.kept_sha256, self.asked_sha256 = request_id, kept_sha256, asked_sha256


class RunOver(DispatchError):
    """The run has ended: there is nothing to cancel."""


class RunOpen(DispatchError):
    """The run has not ended: there is nothing to fetch, and it cannot be forgotten."""


class StoreLost(DispatchError):
    """The database or the artefacts cannot be reached now; nothing was accepted."""


class ArtefactLost(DispatchError):
    """What was kept of a run is not there any more, or its bytes are not those that were kept."""


class StoreFull(DispatchError):
    """There is no room left to keep anything; nothing was accepted."""


class WrongDatabase(DispatchError):
    """The database is of another version than this program."""


class ServiceError(RuntimeError):
    """The service did not answer: not there, busy, out of time. `code` is gRPC's, `reason` the service's."""

    def __init__(self, code: str, reason: str, message: str) -> None:
        super().__init__(f"{reason or code}: {message}")
        self.code = code
        self.reason = reason
