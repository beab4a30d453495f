"""What we build on may be used as we use it: no licence of a package we install asks more of us than Apache-2.0 can give.

Read from the packages' own metadata, over all that our requirements bring along. `make audit` looks for known vulnerabilities.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = tomllib.loads((Path(__file__).resolve().parents[1] / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
_FREE = re.compile(
    r"\b(?:MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Zlib|Unlicense|CC0|0BSD|HPND|CNRI|MIT-0)\b|Public Domain",
    re.IGNORECASE,
)
_ASKS_MORE = re.compile(
    r"\bA?GPL|General Public License|\bSSPL|\bBUSL|Business Source|Commons Clause|Non-?Commercial|Proprietary|\bEUPL|\bOSL\b",
    re.IGNORECASE,
)
_FILE_BY_FILE = re.compile(r"\bMPL|Mozilla Public License", re.IGNORECASE)
KNOWN = {
    "text-unidecode": "offered under the Artistic License or the GPL; taken under the first",
    "pygal": "LGPL: imported as it is, replaceable, nothing of it is copied or changed",
}
"""Packages whose licence asks more, and why we may use them all the same."""


def closure(requirements: Iterable[str]) -> Mapping[str, Distribution]:
    """The installed distributions that requirements bring along, for this platform, by name."""
    found: dict[str, Distribution] = {}
    todo, seen = [(Requirement(text), "") for text in requirements], set[tuple[str, str]]()
    while todo:
        requirement, extra = todo.pop()
        name = canonicalize_name(requirement.name)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        try:
            found[name] = distribution(requirement.name)
        except PackageNotFoundError:
            continue
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                todo += [(Requirement(text), wanted) for text in found[name].requires or ()]
    return found


def licence_of(package: Distribution) -> str:
    """A package's licence in its own words: the expression, the classifiers, the field, or the head of its licence file."""
    told = package.metadata
    marked = [c for c in told.get_all("Classifier") or () if c.startswith("License ::")]
    file = next(
        (f for f in package.files or () if re.search(r"LICEN[CS]E|COPYING", str(f), re.IGNORECASE)), None
    )
    said = (told.get("License-Expression"), "; ".join(marked), (told.get("License") or "")[:200])
    return next((text for text in said if text), "") or (
        file.read_text(encoding="utf-8")[:300] if file else ""
    )


def problem(name: str, licence: str) -> str | None:
    """Why a licence needs a second look, or None."""
    if name in KNOWN:
        return None
    if _ASKS_MORE.search(licence):
        return f"{name}: {licence[:80]!r} asks more than Apache-2.0 gives"
    if not (_FREE.search(licence) or _FILE_BY_FILE.search(licence)):
        return f"{name}: {licence[:80]!r} is no licence we know"
    return None


@pytest.mark.parametrize("group", ["", *PROJECT["optional-dependencies"]])
def test_no_licence_surprises(group: str) -> None:
    packages = closure(PROJECT["optional-dependencies"][group] if group else PROJECT["dependencies"])
    if not group:
        assert len(packages) > 50
    assert [told for name, found in packages.items() if (told := problem(name, licence_of(found)))] == []


def test_what_asks_more_and_what_is_unknown_is_seen() -> None:
    assert problem("a", "GPL-3.0-or-later")
    assert problem("a", "License :: OSI Approved :: GNU Affero General Public License v3")
    assert problem("a", "License :: Other/Proprietary License")
    assert problem("a", "")
    assert problem("a", "MIT License") is None
    assert problem("a", "MPL-2.0") is None


def test_exceptions_are_still_needed() -> None:
    installed = {
        name
        for group in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
        for name in closure(group)
    }
    assert set(KNOWN) <= installed
