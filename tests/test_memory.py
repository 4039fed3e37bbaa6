"""What a process holds, and a limit on it."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess

import pytest

from dispatch.memory import give_back, keep_within, resident_gb

KIB_PER_GB = 2**20


def test_what_this_process_holds_is_some_memory_and_no_more_than_its_peak() -> None:
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_PER_GB
    assert 0.01 < resident_gb() <= peak_gb * 1.1
    assert resident_gb(os.getpid()) == pytest.approx(resident_gb(), rel=0.1)


def test_a_process_that_has_ended_holds_nothing() -> None:
    with subprocess.Popen(["true"]) as child:
        child.wait()
    assert resident_gb(child.pid) == 0.0


def test_within_the_limit_or_without_one_nothing_is_said() -> None:
    keep_within(None)
    keep_within(1000.0)


def test_beyond_the_limit_is_a_memory_error_that_names_limit_and_settings() -> None:
    with pytest.raises(MemoryError, match=r"more than 0\.001 GB of memory \(limits\.memory_gb.*DISPATCH_MEMORY_GB"):
        keep_within(0.001)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library has no malloc_trim")
def test_what_nothing_points_to_is_given_back_though_it_is_a_cycle_with_the_heap_above_it_in_use() -> None:
    """Some 200 MB in blocks of 2 kB that point to themselves, and one more block above them that stays."""
    blocks: list[object] = [bytes(2_000 + k % 7) for k in range(100_000)]
    blocks.append(blocks)
    last = bytes(2_000)
    held_gb = resident_gb()
    del blocks
    give_back()
    assert resident_gb() < held_gb - 0.15
    assert len(last) == 2_000
