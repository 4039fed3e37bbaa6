"""Every verb, option and setting that the documents name is one that there is: in commands and in the text."""

from __future__ import annotations

import argparse
import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest

from dispatch.cli.parser import parser
from dispatch.settings import IN_FILE, PREFIX, Settings
from tests.conventions.tree import ROOT, modules
from tests.docs.pages import SHELL, documents, fences, prose

PAGES = pytest.mark.parametrize("path", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
OTHER_TOOLS = {"--write"} | {"--memory-limit", "--nthreads", "--nworkers", "--preload", "--resources"} | {"--build-arg"}
ENDS = {"|", "||", "&&", ";", "&", ">", ">>", "<", ")", "2>", "2>&1"}


def _inside(verb: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The verbs below a verb."""
    for action in verb._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _options(verb: argparse.ArgumentParser) -> set[str]:
    """The options of a verb, and of every verb below it."""
    own = {name for action in verb._actions for name in action.option_strings}
    return own.union(*map(_options, _inside(verb).values()))


def _words(command: str) -> list[list[str]]:
    """The words after each `dispatch` of a command, as far as they are its own."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars="|&;<>()")
    lexer.whitespace_split = True
    found: list[list[str]] = []
    mine, first = False, True
    for word in lexer:
        if first and (word == "dispatch" or word.endswith("/dispatch")):
            found.append([])
            mine = True
        elif word in ENDS:
            mine = False
        elif mine:
            found[-1].append(word)
        first = word in ENDS or (first and "=" in word)
    return found


def wrong_in(words: list[str]) -> list[str]:
    """What of a command is no verb and no option."""
    verb, path = parser(), ["dispatch"]
    for word in words:
        if not (inside := _inside(verb)) or word.startswith("-"):
            break
        if word not in inside:
            return [f"{' '.join(path)}: {word!r} is no verb"] if re.fullmatch(r"[a-z][a-z-]+", word) else []
        verb, path = inside[word], [*path, word]
    options = {re.split(r"[=,.;:\]]", word)[0] for word in words if re.match(r"--\w", word)}
    return [f"{' '.join(path)}: no option {option}" for option in sorted(options - _options(verb))]


@PAGES
def test_commands_use_verbs_and_options_that_there_are(path: Path) -> None:
    page = path.relative_to(ROOT).as_posix()
    commands = [step for f in fences() if f.page == page and f.language in SHELL for step, _ in f.steps]
    spans = [span for span in re.findall(r"`([^`\n]+)`", prose(path)) if re.match(r"(\S*/)?dispatch ", span)]
    wrong = [fault for command in commands for words in _words(command) for fault in wrong_in(words)]
    wrong += [fault for span in spans for fault in wrong_in(span.replace("...", "").split()[1:])]
    assert wrong == []


@PAGES
def test_options_and_settings_named_alone_are_some(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = {word for word in re.findall(r"`(--[\w-]+)[^`]*`", prose(path))}
    known = _options(parser()) | OTHER_TOOLS
    assert sorted(named - known) == []
    settings = {PREFIX + field.name.upper() for field in fields(Settings)}
    settings |= {name + IN_FILE for name in settings}
    source = "".join(module.read_text(encoding="utf-8") for module in modules())
    asked = set(re.findall(rf"\b{PREFIX}[A-Z][A-Z_]*[A-Z]\b", text))
    assert sorted(name for name in asked - settings if f'"{name}"' not in source) == []


def test_a_verb_or_an_option_that_is_none_is_told() -> None:
    assert wrong_in(["solve", "case.json", "--gap", "0.1"]) == []
    assert wrong_in(["solve", "case.json", "--gaps=1"]) == ["dispatch solve: no option --gaps"]
    assert wrong_in(["study", "fly"]) == ["dispatch study: 'fly' is no verb"]
    assert _words("dispatch case new --grid jibei > a.json && cat a | dispatch validate -") == [
        ["case", "new", "--grid", "jibei"],
        ["validate", "-"],
    ]
