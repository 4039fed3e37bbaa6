"""Every kind of foreign file that can be asked about, in the order in which a file is looked at."""

from __future__ import annotations

from pathlib import Path

from dispatch.formats.foreign import Foreign, Format
from dispatch.formats.matpower import read_matpower
from dispatch.formats.matpower_file import holds_matpower
from dispatch.formats.pandapower import holds_pandapower, refuse_pandapower
from dispatch.formats.pglib import is_pglib, read_pglib
from dispatch.formats.pypsa_network import holds_pypsa, read_pypsa
from dispatch.formats.ucjl import holds_ucjl, read_ucjl

UCJL = Format("UnitCommitment.jl", holds_ucjl, read_ucjl)
PGLIB = Format("pglib-uc", is_pglib, lambda path: Foreign(*read_pglib(path)))
PYPSA = Format("PyPSA", holds_pypsa, read_pypsa)
MATPOWER = Format("MATPOWER", holds_matpower, read_matpower)
PANDAPOWER = Format("pandapower", holds_pandapower, refuse_pandapower)
FORMATS = (PYPSA, MATPOWER, PANDAPOWER, UCJL, PGLIB)


def format_of(path: Path) -> Format | None:
    """The kind of a foreign file, told by what is in it; None: one of our own, or none at all."""
    return next((kind for kind in FORMATS if kind.holds(path)), None)
