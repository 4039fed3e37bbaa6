"""
How much memory a process holds, a limit on it, and memory given back between the parts of a long search.

What counts is resident memory, libraries and all (0.1 to 0.2 GB), as Linux tells it; elsewhere no limit holds.
"""

from __future__ import annotations

import ctypes
import gc
import mmap
from pathlib import Path

BYTES_PER_GB = 2**30


def resident_gb(process: int | str = "self") -> float:
    """Memory that a process holds now, GB; 0 where the system does not tell, or the process has ended."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0.0
    return int(pages) * mmap.PAGESIZE / BYTES_PER_GB


def keep_within(memory_gb: float | None) -> None:
    """`MemoryError` once this process holds more; None is no limit."""
    if memory_gb is not None and resident_gb() > memory_gb:
        raise MemoryError(beyond(memory_gb))


def give_back() -> None:
    """
    Let go of what nothing points to, and have the C library return what is free to the system, where it can.

    A solver's object is part of a cycle, and glibc keeps most of what is freed: each window of a week left 150 MB so.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def beyond(memory_gb: float) -> str:
    """What is said of a solve that outgrew its limit."""
    return (
        f"the solve needed more than {memory_gb:g} GB of memory "
        "(limits.memory_gb; in a service at most its setting DISPATCH_MEMORY_GB)"
    )
