"""A connection to a service: plain on this machine, by TLS to any other; a token goes along with every call."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What goes along with every call."""
        return (("authorization", f"Bearer {self.token}"),) if self.token else ()

    def opened(self, target: str, maker: Any = grpc) -> Any:
        """
        A channel; `maker` is `grpc` or `grpc.aio`.

        Raises `ValueError` where a token would cross a network in the clear, or a certificate would not be shown.
        """
        if self.ca is None and (self.certificate or self.key):
            message = "a certificate is shown by TLS alone: name the authority (ca) of the service"
            raise ValueError(message)
        if self.ca is not None:
            parts = (_bytes(self.ca), _bytes(self.key), _bytes(self.certificate))
            return maker.secure_channel(target, grpc.ssl_channel_credentials(*parts), OPTIONS)
        if self.token and not target.startswith(THIS_MACHINE):
            message = f"a token is not sent to {target} in the clear: name the authority (ca) of the service"
            raise ValueError(message)
        return maker.insecure_channel(target, OPTIONS)


def _bytes(path: Path | None) -> bytes | None:
    return path.read_bytes() if path else None
