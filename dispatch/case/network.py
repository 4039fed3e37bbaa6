"""Places and the wires between them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bus:
    """A station at 500 or 1000 kV, a DC node, or a neighbour's bus beyond our ties (grid "external")."""

    name: str
    grid: str
    city: str
    carrier: str  # AC or DC
    nominal_kv: float
    latitude_deg: float
    longitude_deg: float
    load_share: float  # of the load of its grid


@dataclass(frozen=True)
class Line:
    """An AC line, all its circuits together. Flow is positive from `from_bus` to `to_bus`."""

    name: str
    from_bus: str
    to_bus: str
    reactance_share: float  # per unit on 1 MVA and the voltage of `from_bus`: ohm / kV^2
    rating_mw: float
    corridor: str
    circuit_count: int = 1  # equal circuits side by side; N-1 loses one of them
    emergency_mw: float | None = None  # rating after an outage; None: the case's share of `rating_mw`
    may_be_lost: bool = True  # N-1 counts the loss of one of its circuits
    overload_cny_per_mwh: float | None = None  # beyond its rating after an outage; None: the case's price
    resistance_share: float = 0.0  # per unit on the same base; only a case that counts losses looks at it


@dataclass(frozen=True)
class Link:
    """A DC line or converter of the VSC ring (柔直): flow is free within the ratings."""

    name: str
    from_bus: str
    to_bus: str
    rating_mw: float
    backward_rating_mw: float | None = None  # from `to_bus` to `from_bus`; None: as forward
    loss_share: float = 0.0  # of what leaves, both ways; only a case that counts losses looks at it


@dataclass(frozen=True)
class Section:
    """
    A section (断面): lines and links whose flows together have a limit, tighter than the sum of their ratings.

    What crosses it is the flow of `along` less the flow of `against`, each in its own positive direction.
    """

    name: str
    along: tuple[str, ...]  # lines and links that run forward
    against: tuple[str, ...]  # lines and links that run backward
    forward_limit_mw: float
    backward_limit_mw: float
    first_day: str = "01-01"  # season in which it holds, "MM-DD", both days included
    last_day: str = "12-31"
    overload_cny_per_mwh: float | None = None  # beyond its limits; None: the case's price
    overload_of: str = ""  # a line whose overload after an outage, where N-1 is stood, is this section's too, paid once

    @property
    def branches(self) -> tuple[str, ...]:
        """Its lines and links."""
        return self.along + self.against
