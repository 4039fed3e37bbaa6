"""Who calls, as the door found out: everyone is the operator of a service that asks for no token."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Caller:
    """Whoever sent a request."""

    tenant: str = ""
    sees_all: bool = True


CALLER: ContextVar[Caller] = ContextVar("caller", default=Caller())  # noqa: B039 (frozen)


def tenant() -> str:
    """Whose a new run is."""
    return CALLER.get().tenant


def seen() -> str | None:
    """Whose runs the caller sees; None: everybody's."""
    caller = CALLER.get()
    return None if caller.sees_all else caller.tenant
