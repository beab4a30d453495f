"""Our own fingerprints: the YAML files of `fingerprints/`, one a category, written for this project.

An entry is a name and its keys. `host` (or `domain/path`) stands for any loaded resource, form target or address in
an inline script; `anchor_host` for links a visitor follows. `script`, `url`, `anchor`, `inline`, `html`, `comment`,
`page_url` and `token` hold regular expressions, whose first group is the version; `[pattern, 0.5]` gives a weaker one
its confidence. `meta`, `header`, `cookie` and `dns` map a name to a pattern, '' for presence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from enrichers.technographic.fingerprint import TABLES, TEXTS, Fingerprint, FingerprintsError
from enrichers.technographic.pattern import Pattern

KEYS = frozenset(
    {"host", "anchor_host", "certificate", "implies", "excludes", "requires", "category", *TEXTS, *TABLES}
)
_GROUP = re.compile(r"(?<!\\)\((?!\?)")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@lru_cache(maxsize=1)
def own_fingerprints() -> tuple[Fingerprint, ...]:
    """All fingerprints of the distribution. Raises FingerprintsError where an entry is ill-formed or told twice."""
    found: dict[str, Fingerprint] = {}
    for file in sorted(_data_files(), key=lambda entry: entry.name):
        for fingerprint in read_fingerprints(file.read_text(encoding="utf-8"), file.name):
            if fingerprint.name in found:
                raise FingerprintsError(
                    f"{file.name} tells {fingerprint.name!r} a second time.", remedy="Merge the two entries."
                )
            found[fingerprint.name] = fingerprint
    return tuple(found.values())


def read_fingerprints(text: str, name: str) -> Iterator[Fingerprint]:
    """The fingerprints of one YAML file; its `category` is the default of its entries."""
    document = yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader, in C where it can be
    if not isinstance(document, Mapping) or not isinstance(document.get("technologies"), Mapping):
        raise FingerprintsError(
            f"{name} has no `technologies`.", remedy="See the head of enrichers/technographic/own.py."
        )
    category = document.get("category", "")
    for technology, entry in document["technologies"].items():
        yield _fingerprint(str(technology), entry or {}, category, name)


def _data_files() -> Iterable[Traversable]:
    folder = files("enrichers.technographic").joinpath("fingerprints")
    return [file for file in folder.iterdir() if file.name.endswith(".yml")]


def _fingerprint(name: str, entry: Mapping[str, Any], category: str, file: str) -> Fingerprint:
    unknown = set(entry) - KEYS
    if unknown:
        raise FingerprintsError(
            f"{file}: {name!r} has unknown keys {sorted(unknown)}.", remedy=f"Known are {sorted(KEYS)}."
        )
    texts = {part: tuple(map(_pattern, _listed(entry[part]))) for part in TEXTS if part in entry}
    tables = {
        part: {str(key).lower(): tuple(map(_pattern, _listed(value))) for key, value in entry[part].items()}
        for part in TABLES
        if part in entry
    }
    return Fingerprint(
        name=name,
        categories=tuple(_listed(entry.get("category", category))),
        hosts=tuple(_listed(entry.get("host", ()))),
        anchor_hosts=tuple(_listed(entry.get("anchor_host", ()))),
        texts=texts,
        tables=tables,
        certificate=tuple(map(_pattern, _listed(entry.get("certificate", ())))),
        implies={str(other): 1.0 for other in _listed(entry.get("implies", ()))},
        excludes=tuple(_listed(entry.get("excludes", ()))),
        requires=tuple(_listed(entry.get("requires", ()))),
    )


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _pattern(value: Any) -> Pattern:
    source, confidence = value if isinstance(value, list) else (value, 1.0)
    source = str(source)
    return Pattern(source, r"\1" if _GROUP.search(source) else "", float(confidence))
