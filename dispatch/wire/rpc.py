"""The generated names that a server and a client of `dispatch.v1` speak with."""

from __future__ import annotations

from dispatch.v1.case_pb2 import Case
from dispatch.v1.grid_pb2 import Grid, GridSummary
from dispatch.v1.service_pb2 import (
    DESCRIPTOR,
    Flaw,
    GetGridRequest,
    ListGridsRequest,
    ListGridsResponse,
    SolveCaseRequest,
    SolveCaseResponse,
    ValidateCaseRequest,
    ValidateCaseResponse,
)
from dispatch.v1.service_pb2_grpc import (
    DispatchServiceServicer,
    DispatchServiceStub,
    add_DispatchServiceServicer_to_server,
)

SERVICE = DESCRIPTOR.services_by_name["DispatchService"].full_name

__all__ = [
    "SERVICE",
    "Case",
    "DispatchServiceServicer",
    "DispatchServiceStub",
    "Flaw",
    "GetGridRequest",
    "Grid",
    "GridSummary",
    "ListGridsRequest",
    "ListGridsResponse",
    "SolveCaseRequest",
    "SolveCaseResponse",
    "ValidateCaseRequest",
    "ValidateCaseResponse",
    "add_DispatchServiceServicer_to_server",
]
