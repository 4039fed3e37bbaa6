"""`dispatch health`: whether a service answers and takes work; the probe of a container."""

from __future__ import annotations

import argparse

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]

from dispatch.access import Access
from dispatch.cli.command import DONE, NO_ANSWER, WrongUsage, say
from dispatch.cli.terminal import show_json


def health(asked: argparse.Namespace) -> int:
    """Exit code 0 where it serves; 1 where it drains, cannot be reached or does not answer in time. No token needed."""
    try:
        channel = Access(asked.ca, asked.cert, asked.key).opened(asked.server)
    except (ValueError, OSError) as error:
        raise WrongUsage(str(error)) from error
    with channel:
        told = _status(channel, asked.timeout)
    if asked.json:
        show_json({"server": asked.server, "status": told})
    else:
        say(f"{asked.server}: {told}")
    return DONE if told == "SERVING" else NO_ANSWER


def _status(channel: grpc.Channel, timeout_s: float) -> str:
    """SERVING, NOT_SERVING while it drains, or gRPC's word for why there is no answer."""
    stub = health_pb2_grpc.HealthStub(channel)
    try:
        answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=timeout_s)
    except grpc.RpcError as error:
        code: grpc.StatusCode = error.code()
        return code.name
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))
