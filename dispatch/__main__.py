"""`dispatch` and `python -m dispatch`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from dispatch.cli.command import obeyed


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; its exit code: 0 done, 1 refused or without an answer, 2 usage, 3 our fault."""
    return obeyed(sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
