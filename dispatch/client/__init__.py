"""What a Python user asks the service with. Domain objects in, domain objects out."""

from __future__ import annotations

from dispatch.access import Access
from dispatch.client.aio import AsyncClient
from dispatch.client.client import Client
from dispatch.errors import ServiceError
from dispatch.runs.run import State, Urgency
from dispatch.wire.run_view import RunEvent, RunView, Waiting, Watched

__all__ = [
    "Access",
    "AsyncClient",
    "Client",
    "RunEvent",
    "RunView",
    "ServiceError",
    "State",
    "Urgency",
    "Waiting",
    "Watched",
]
