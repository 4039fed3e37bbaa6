"""Whether what a case asks of the network's security, and what the facts say of sections, can be meant."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.case.check_numbers import number_flaws, unknown_flaws
from dispatch.case.facts import GridFacts
from dispatch.case.network import Section
from dispatch.case.security import Security
from dispatch.errors import Flaw

LARGEST_EMERGENCY_SHARE = 2.0
LARGEST_OVERLOAD_CNY_PER_MWH = 100_000.0  # unserved load: beyond it, load would be cut to spare a line


def security_flaws(security: Security) -> Iterator[Flaw]:
    """Emergency rating and price of an overload."""
    field = "security.emergency_share"
    if security.emergency_share == 0:
        yield Flaw("NOT_POSITIVE", field, "0 leaves no rating after an outage; give more than 0, as 1.1")
    yield from number_flaws(field, security.emergency_share, "times the rating", LARGEST_EMERGENCY_SHARE)
    price = security.overload_cny_per_mwh
    yield from number_flaws("security.overload_cny_per_mwh", price, "CNY/MWh", LARGEST_OVERLOAD_CNY_PER_MWH)


def unwatched_flaws(security: Security, facts: GridFacts) -> Iterator[Flaw]:
    """Lines that are not looked at are lines of the grid."""
    known = [line.name for line in facts.lines]
    for k, name in enumerate(security.unwatched):
        yield from unknown_flaws("UNKNOWN_LINE", f"security.unwatched[{k}]", name, known)


def section_flaws(facts: GridFacts) -> Iterator[Flaw]:
    """Every section by its branches and its limits; its season is checked with the others."""
    known = [line.name for line in facts.lines] + [link.name for link in facts.links]
    for k, section in enumerate(facts.sections):
        path = f"facts.sections[{k}]"
        yield from _branch_flaws(path, section, known)
        if section.overload_of:
            lines = [line.name for line in facts.lines]
            yield from unknown_flaws("UNKNOWN_LINE", f"{path}.overload_of", section.overload_of, lines)
        for name in ("forward_limit_mw", "backward_limit_mw"):
            if not getattr(section, name) >= 0:
                yield Flaw("NEGATIVE", f"{path}.{name}", f"{getattr(section, name):g} MW; give 0 or more")


def _branch_flaws(path: str, section: Section, known: list[str]) -> Iterator[Flaw]:
    if not section.branches:
        yield Flaw("SECTION_EMPTY", f"{path}.along", f"{section.name} has no line or link; give one")
    for name in ("along", "against"):
        for j, branch in enumerate(getattr(section, name)):
            yield from unknown_flaws("UNKNOWN_BRANCH", f"{path}.{name}[{j}]", branch, known)
    for branch in sorted({name for name in section.branches if section.branches.count(name) > 1}):
        yield Flaw("DUPLICATE", path, f"{branch!r} stands more than once in {section.name}; give it once")
