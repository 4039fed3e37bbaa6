"""A connection to a service: plain on this machine, by TLS to any other; a token goes along with every call."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import grpc

OPTIONS = [("grpc.max_receive_message_length", -1)]  # the schedule of a month is larger than the default
THIS_MACHINE = ("127.", "localhost:", "[::1]:", "unix:")


@dataclass(frozen=True)
class Access:
    """What a service asks of its clients."""

    ca: Path | None = None  # PEM of the authority that signed the service's certificate; given, TLS is spoken
    certificate: Path | None = None  # ours, with its chain, where the service asks for one
    key: Path | None = None
    token: str | None = field(default=None, repr=False)

    def opened(self, target: str) -> grpc.Channel:
        """A channel; `ValueError` where a token would cross a network in the clear."""
        if self.ca is None and (self.certificate or self.key):
            message = "a certificate is shown by TLS alone: name the authority (ca) of the service"
            raise ValueError(message)
        if self.ca is not None:
            parts = (_bytes(self.ca), _bytes(self.key), _bytes(self.certificate))
            channel = grpc.secure_channel(target, grpc.ssl_channel_credentials(*parts), OPTIONS)
        elif self.token and not target.startswith(THIS_MACHINE):
            message = f"a token is not sent to {target} in the clear: name the authority (ca) of the service"
            raise ValueError(message)
        else:
            channel = grpc.insecure_channel(target, OPTIONS)
        return grpc.intercept_channel(channel, _Bearer(self.token)) if self.token else channel


class _Details(NamedTuple):
    """What gRPC tells of a call; it gives no class of its own to make."""

    method: str
    timeout: float | None
    metadata: Any
    credentials: Any
    wait_for_ready: bool | None
    compression: Any


class _Bearer(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """Adds the token to every call."""

    def __init__(self, token: str) -> None:
        self._added = ("authorization", f"Bearer {token}")

    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """A call with one answer."""
        return continuation(self._with_token(client_call_details), request)

    def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """A call with many."""
        return continuation(self._with_token(client_call_details), request)

    def _with_token(self, told: Any) -> _Details:
        metadata = [*(told.metadata or ()), self._added]
        return _Details(told.method, told.timeout, metadata, told.credentials, told.wait_for_ready, told.compression)


def _bytes(path: Path | None) -> bytes | None:
    return path.read_bytes() if path else None
