"""Whose runs a caller makes and sees."""

from __future__ import annotations

from dispatch.service.tokens import CALLER, Role


def tenant() -> str:
    """Whose a new run is."""
    return CALLER.get().tenant


def seen() -> str | None:
    """Whose runs the caller sees; None: everybody's, as an operator does."""
    caller = CALLER.get()
    return None if caller.role is Role.OPERATOR else caller.tenant
