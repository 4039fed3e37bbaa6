"""
Whether a service answers, for what starts containers: `python -m dispatch.service.probe`, exit code 0 where it serves.

It loads gRPC alone, because it is asked every few seconds beside a server that works.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]

ANSWER_S = 4.0  # less than engines wait for a probe
SERVES, SERVES_NOT = 0, 1


def probed(target: str, ca: Path | None = None, certificate: Path | None = None, key: Path | None = None) -> str:
    """What the service at HOST:PORT says of its health, as SERVING, or the gRPC code of why it says nothing."""
    with _channel(target, ca, certificate, key) as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=ANSWER_S)
        except grpc.RpcError as error:
            return str(error.code().name)
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))


def _channel(target: str, ca: Path | None, certificate: Path | None, key: Path | None) -> grpc.Channel:
    if ca is None:
        return grpc.insecure_channel(target)
    parts = (path.read_bytes() if path else None for path in (ca, key, certificate))
    return grpc.secure_channel(target, grpc.ssl_channel_credentials(*parts))


def asked(arguments: Sequence[str]) -> argparse.Namespace:
    """What the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m dispatch.service.probe", description="Whether a service answers.")
    parser.add_argument("--server", default="localhost:50051", metavar="HOST:PORT", help="default %(default)s")
    parser.add_argument("--ca", type=Path, metavar="FILE", help="authority of its certificate, PEM: speak TLS")
    parser.add_argument("--cert", type=Path, metavar="FILE", help="certificate of ours, where it asks for one")
    parser.add_argument("--key", type=Path, metavar="FILE", help="its key")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Print what the service says; 0 where that is SERVING."""
    told = asked(arguments)
    health = probed(told.server, told.ca, told.cert, told.key)
    sys.stdout.write(health + "\n")
    return SERVES if health == "SERVING" else SERVES_NOT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
