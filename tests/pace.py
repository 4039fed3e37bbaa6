"""How long something may take: on a machine that is busy, longer."""

from __future__ import annotations

import os


def slowed_s(idle_s: float) -> float:
    """What takes at most so long on an idle machine may take here: of two processes that want one core, each waits."""
    return idle_s * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
