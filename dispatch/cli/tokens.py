"""`dispatch tokens`."""

from __future__ import annotations

import argparse

from dispatch.cli.command import DONE, WrongUsage, say
from dispatch.cli.terminal import show_json


def new_token(asked: argparse.Namespace) -> int:
    """A token to stdout, once; its hash to the file."""
    from dispatch.service.tokens import NAME, BadTokens, Caller, Role, add_token

    for option in ("tenant", "name"):
        given = getattr(asked, option)
        if given is not None and not NAME.fullmatch(given):
            message = f"--{option} {given!r} is no name: letters, digits, '.', '_' and '-', at most 63"
            raise WrongUsage(message)
    caller = Caller(asked.tenant, Role[asked.role.upper()], asked.name or "")
    try:
        secret = add_token(asked.file, caller, asked.days)
    except BadTokens as error:
        raise WrongUsage(str(error)) from error
    if asked.json:
        show_json({"token": secret, "tenant": asked.tenant, "role": asked.role, "days": asked.days})
        return DONE
    print(secret)
    say(f"a {asked.role} of {asked.tenant} for {asked.days} days; shown this once, {asked.file} keeps its hash alone")
    return DONE
