"""The CSV tables of a stored grid, with the changes of an edition applied."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import dispatch
from dispatch.errors import UnknownGrid

if TYPE_CHECKING:
    import pandas as pd  # half a second, of every start

STORED_EDITION = 2030
EDITIONS = (2025, STORED_EDITION)
MEMBERS = {"hebei_south": ("hebei_south",), "jibei": ("jibei",), "hebei": ("hebei_south", "jibei")}


def networks_folder() -> Path:
    """Where the networks lie: inside an installed package, or at the top of a checkout."""
    package = Path(dispatch.__file__).parent
    inside = package / "networks"
    return inside if inside.is_dir() else package.parent / "networks"


def members_of(grid: str, edition: int) -> tuple[str, ...]:
    """The stored grids that make up a grid; raises UnknownGrid for a name or an edition nobody keeps."""
    if grid not in MEMBERS:
        message = f"grid {grid!r} is unknown; known: {', '.join(MEMBERS)}"
        raise UnknownGrid(message)
    if edition not in EDITIONS:
        message = f"edition {edition} of {grid} is unknown; known: {', '.join(map(str, EDITIONS))}"
        raise UnknownGrid(message)
    return MEMBERS[grid]


class Tables:
    """The tables of one stored grid in one edition, read when asked for."""

    def __init__(self, grid: str, edition: int) -> None:
        import pandas as pd

        self.grid, self.edition = grid, edition
        self.folder = networks_folder() / grid
        changes = pd.read_csv(self.folder / "editions.csv", dtype=str)
        self._changes = changes[changes["edition"] == str(edition)]

    def static(self, table: str) -> pd.DataFrame:
        """A PyPSA table by name, changed for the edition, without what is not in service in it."""
        import pandas as pd

        frame = pd.read_csv(self.folder / f"{table}.csv", index_col="name", keep_default_na=False, na_values=[""])
        for change in self._changes[self._changes["table"] == table].itertuples():
            text, column = str(change.value), str(change.attribute)
            value = text == "True" if text in ("True", "False") else float(text)
            frame.loc[str(change.name), column] = value
        return frame[frame["active"].astype(bool)] if "active" in frame else frame

    def sidecar(self, table: str) -> pd.DataFrame:
        """A table beside PyPSA's; rows of other editions are left out."""
        import pandas as pd

        frame = pd.read_csv(self.folder / f"{table}.csv", keep_default_na=False, na_values=[""])
        return frame[frame["edition"] == self.edition] if "edition" in frame else frame

    def optional(self, table: str) -> pd.DataFrame:
        """A table beside PyPSA's that a grid may be without; then it has no rows."""
        import pandas as pd

        return self.sidecar(table) if (self.folder / f"{table}.csv").exists() else pd.DataFrame()

    def series(self, table: str) -> pd.DataFrame:
        """A stored year of 8,760 hours; columns are component names."""
        import pandas as pd

        return pd.read_csv(self.folder / f"{table}.csv", index_col=0)

    def setting(self, attribute: str, default: str) -> str:
        """A change of the grid as a whole, such as its load scale or retrofit state."""
        rows = self._changes[(self._changes["table"] == "grid") & (self._changes["attribute"] == attribute)]
        return str(rows["value"].iloc[0]) if len(rows) else default


def shared(name: str) -> pd.DataFrame:
    """A table that both grids share, from `networks/shared` or `networks/ties`."""
    import pandas as pd

    folder = networks_folder()
    path = next(p for p in (folder / "shared" / f"{name}.csv", folder / "ties" / f"{name}.csv") if p.exists())
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def content_sha256(members: tuple[str, ...]) -> str:
    """One hash over every file the facts of these grids are read from."""
    digest = hashlib.sha256()
    for room in (*members, "shared", "ties"):
        for path in sorted((networks_folder() / room).glob("*.csv")):
            digest.update(f"{room}/{path.name}".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
