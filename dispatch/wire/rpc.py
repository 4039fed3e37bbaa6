"""The generated names that a server and a client of `dispatch.v1` speak with."""

from __future__ import annotations

from google.protobuf.empty_pb2 import Empty

from dispatch.v1.case_pb2 import Case
from dispatch.v1.grid_pb2 import Grid, GridSummary
from dispatch.v1.replay_pb2 import SnapshotFile
from dispatch.v1.run_pb2 import Outcome, Run
from dispatch.v1.schedule_pb2 import Schedule
from dispatch.v1.service_pb2 import (
    DESCRIPTOR,
    CancelRunRequest,
    CancelStudyRequest,
    DeleteRunRequest,
    Flaw,
    GetGridRequest,
    GetRunRequest,
    GetScheduleRequest,
    GetScheduleResponse,
    GetStudyRequest,
    ListGridsRequest,
    ListGridsResponse,
    ListRunsRequest,
    ListRunsResponse,
    ListScenariosRequest,
    ListScenariosResponse,
    ReplaySnapshotRequest,
    ReplaySnapshotResponse,
    SolveCaseRequest,
    SolveCaseResponse,
    SubmitCaseRequest,
    SubmitStudyRequest,
    ValidateCaseRequest,
    ValidateCaseResponse,
    WatchRunRequest,
    WatchRunResponse,
    WatchStudyRequest,
    WatchStudyResponse,
)
from dispatch.v1.service_pb2_grpc import (
    DispatchServiceServicer,
    DispatchServiceStub,
    add_DispatchServiceServicer_to_server,
)
from dispatch.v1.study_pb2 import Axis, Scenario, Study

SERVICE = DESCRIPTOR.services_by_name["DispatchService"].full_name

__all__ = [
    "SERVICE",
    "Axis",
    "CancelRunRequest",
    "CancelStudyRequest",
    "Case",
    "DeleteRunRequest",
    "DispatchServiceServicer",
    "DispatchServiceStub",
    "Empty",
    "Flaw",
    "GetGridRequest",
    "GetRunRequest",
    "GetScheduleRequest",
    "GetScheduleResponse",
    "GetStudyRequest",
    "Grid",
    "GridSummary",
    "ListGridsRequest",
    "ListGridsResponse",
    "ListRunsRequest",
    "ListRunsResponse",
    "ListScenariosRequest",
    "ListScenariosResponse",
    "Outcome",
    "ReplaySnapshotRequest",
    "ReplaySnapshotResponse",
    "Run",
    "Scenario",
    "Schedule",
    "SnapshotFile",
    "SolveCaseRequest",
    "SolveCaseResponse",
    "Study",
    "SubmitCaseRequest",
    "SubmitStudyRequest",
    "ValidateCaseRequest",
    "ValidateCaseResponse",
    "WatchRunRequest",
    "WatchRunResponse",
    "WatchStudyRequest",
    "WatchStudyResponse",
    "add_DispatchServiceServicer_to_server",
]
