"""pandapower files: known, and refused with the way round, as pandapower cannot stand beside our pandas."""

from __future__ import annotations

from pathlib import Path

from dispatch.errors import CaseError, Flaw
from dispatch.formats.foreign import Foreign
from dispatch.formats.json_file import bytes_of

MARK = b'"pandapowerNet"'  # the class that such a file names in its first lines
HEAD_BYTES_COUNT = 4096


def holds_pandapower(path: Path) -> bool:
    """Whether a file is a pandapower network as JSON, told by the class that it names."""
    if not path.is_file():
        return False
    try:
        return MARK in bytes_of(path)[:HEAD_BYTES_COUNT]
    except CaseError:
        return False


def refuse_pandapower(path: Path) -> Foreign:
    """`CaseError` that says how to come from such a file to one that can be solved."""
    message = (
        "is a pandapower network, which only pandapower can read, and it asks for an older pandas: there, "
        "n = pypsa.Network(); n.import_from_pandapower_net(net); give costs and snapshots; n.export_to_netcdf(FILE)"
    )
    raise CaseError((Flaw("UNSUPPORTED_FORMAT", str(path), message),))
