"""
Security of the network: overloads after the loss of a circuit, and sections (断面).

The rows against overloads after an outage are many and few of them bind: `solve.contingency` finds and adds those.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dispatch.case.network import Line, Link, Section
from dispatch.case.security import section_limits_mw
from dispatch.model import names
from dispatch.model.draft import Draft, named
from dispatch.model.terms import Terms, total


def allow_overload(draft: Draft) -> None:
    """
    After the loss of a circuit a line may be beyond its emergency rating, by a priced amount.

        over  >=  0            every line and step t, where the case stands N-1

    over  the most that any outage asks for   MW
    """
    if draft.inputs.emergency_mw is not None and draft.facts.lines:
        draft.decide(names.OVERLOAD, named(line.name for line in draft.facts.lines))


def limit_sections(draft: Draft) -> None:
    """
    What crosses a section keeps its limits in season, or leaves them by a priced amount.

        -B - over[t]  <=  sum( f[t], along )  -  sum( f[t], against )  <=  F + over[t]       every section and step t

    f  flow   MW        F, B  forward and backward limit   MW        over  priced slack   MW, its own or a line's
    """
    sections = draft.facts.sections
    if not sections:
        return
    every = named(section.name for section in sections)
    over = draft.decide(names.SECTION_OVER, every)
    if names.OVERLOAD in draft.model.variables:
        shared = [[float(section.overload_of == line.name) for line in draft.facts.lines] for section in sections]
        over = over + draft.variable(names.OVERLOAD).weighted(np.array(shared))
    across = total(
        [
            draft.variable(flow).weighted(_members(sections, branches))
            for flow, branches in ((names.LINE_FLOW, draft.facts.lines), (names.LINK_FLOW, draft.facts.links))
            if branches
        ]
    )
    forward, backward = section_limits_mw(sections, draft.times)
    draft.hold("Section-forward", across - over, "<=", forward, every)
    draft.hold("Section-backward", across + over, ">=", -backward, every)


def security_penalty(draft: Draft) -> Terms | None:
    """
    Overloads after an outage and beyond sections, CNY: sum( dt k over ).

    k  the price of the line or section, or of the case   CNY/MWh
    """
    found: list[Terms] = []
    for name, components in ((names.OVERLOAD, draft.facts.lines), (names.SECTION_OVER, draft.facts.sections)):
        if name in draft.model.variables:
            own = [component.overload_cny_per_mwh for component in components]
            price = [draft.case.security.overload_cny_per_mwh if one is None else one for one in own]
            found.append((np.array(price) * draft.inputs.step_h * draft.variable(name)).all())
    return total(found) if found else None


def _members(sections: Sequence[Section], branches: Sequence[Line | Link]) -> np.ndarray:
    """+1 where a branch runs along a section, -1 where it runs against it, (sections, branches)."""
    signs = np.zeros((len(sections), len(branches)))
    for row, section in enumerate(sections):
        signs[row] = [(b.name in section.along) - float(b.name in section.against) for b in branches]
    return signs
