"""What holds for every test."""

from __future__ import annotations

import linopy
import pypsa
import pytest


@pytest.fixture(scope="session", autouse=True)
def _strict_libraries() -> None:
    """Linopy refuses coordinates that do not match; PyPSA is told what pandas 3 makes it ask."""
    linopy.options["semantics"] = "v1"
    pypsa.options.api.legacy_string_dtype = True
