"""The list of licences names every package of the image, and none is unknown."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution

from license_expression import get_spdx_licensing

from tests.deploy.licences import PAGE, READ, pins, said_by


def _listed() -> dict[str, tuple[str, str, bool]]:
    """Version and licence of every package of the page, and whether a person read it."""
    rows = [line.strip("| ").split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    cells = [[cell.strip() for cell in f"{'|'.join(row)}||".split("|")] for row in rows]
    return {row[0]: (row[1], row[2], row[3] == "read") for row in cells if row[0] != "package"}


def test_every_package_of_the_image_is_listed_with_its_version() -> None:
    assert {name: version for name, (version, _, _) in _listed().items()} == pins()


def test_every_licence_is_known_to_spdx() -> None:
    spdx = get_spdx_licensing()
    unknown = {name: text for name, (_, text, _) in _listed().items() if not text or spdx.unknown_license_keys(text)}
    assert unknown == {}


def test_the_list_says_what_the_packages_say() -> None:
    """Of those that are installed here; what a person read stands only where a package says less."""
    for name, (_, text, read) in _listed().items():
        try:
            said = said_by(distribution(name))
        except PackageNotFoundError:
            continue
        assert (text, read) == ((said, False) if said else (READ[name], True)), name
    assert set(READ) <= set(_listed())


def test_a_package_that_names_no_licence_is_found() -> None:
    """Such a word as BSD may be any of three licences: it is no answer."""
    assert said_by(distribution("zict")) == ""
    assert said_by(distribution("grpcio")) == "Apache-2.0"
    assert said_by(distribution("pypsa")) == "MIT"
