"""Which fingerprints a run uses: our own, and the public set where it is installed or given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import yaml

from enrichers.technographic.detect import Detector
from enrichers.technographic.fingerprint import Fingerprint
from enrichers.technographic.own import own_fingerprints
from enrichers.technographic.pattern import Pattern
from enrichers.technographic.public import installed_path, read_public
from enrichers.technographic.store import Store, default_folder


@lru_cache(maxsize=4)
def detector_for(path: Path | None = None, *, public: bool = True) -> Detector:
    """The detector over our own fingerprints and, unless `public` is false, the public set at `path` or installed.

    Raises FingerprintsError where the public set cannot be read.
    """
    found = (path or installed_path()) if public else None
    ours = own_fingerprints()
    fingerprints = merge(ours, read_public(found), public_names()) if found else ours
    return Detector(fingerprints, Store(default_folder()))


@lru_cache(maxsize=1)
def public_names() -> Mapping[str, str | None]:
    """Our names for those of the public set where they differ; None for what we do not report."""
    text = files("enrichers.technographic").joinpath("public_names.yml").read_text(encoding="utf-8")
    names: Mapping[str, str | None] = yaml.safe_load(text)["names"]
    return names


def merge(
    ours: Sequence[Fingerprint], theirs: Sequence[Fingerprint], names: Mapping[str, str | None]
) -> tuple[Fingerprint, ...]:
    """One set under our names: what both know is known by the patterns of both."""
    merged = {fingerprint.name: fingerprint for fingerprint in ours}
    folded = {_fold(name): name for name in merged}

    def known_as(name: str) -> str | None:
        return names[name] if name in names else folded.get(_fold(name), name)

    for fingerprint in theirs:
        name = known_as(fingerprint.name)
        if name is None:
            continue
        renamed = _rename(fingerprint, name, known_as)
        merged[name] = _both(merged[name], renamed) if name in merged else renamed
    return tuple(merged.values())


def _fold(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _rename(fingerprint: Fingerprint, name: str, known_as: object) -> Fingerprint:
    assert callable(known_as)
    implies = {known_as(other): share for other, share in fingerprint.implies.items()}
    return Fingerprint(
        name=name,
        categories=fingerprint.categories,
        texts=fingerprint.texts,
        tables=fingerprint.tables,
        elements=fingerprint.elements,
        certificate=fingerprint.certificate,
        implies={other: share for other, share in implies.items() if other},
        excludes=tuple(filter(None, map(known_as, fingerprint.excludes))),
        requires=tuple(filter(None, map(known_as, fingerprint.requires))),
        requires_categories=fingerprint.requires_categories,
    )


def _both(ours: Fingerprint, theirs: Fingerprint) -> Fingerprint:
    """The union of two fingerprints of one technology. Ours says what it is; theirs may not forbid what ours sees."""
    tables = {
        part: _joined(ours.tables.get(part, {}), theirs.tables.get(part, {}))
        for part in {*ours.tables, *theirs.tables}
    }
    return Fingerprint(
        name=ours.name,
        categories=ours.categories or theirs.categories,
        hosts=ours.hosts,
        anchor_hosts=ours.anchor_hosts,
        texts=_joined(ours.texts, theirs.texts),
        tables=tables,
        elements=ours.elements + theirs.elements,
        certificate=ours.certificate + theirs.certificate,
        implies={**theirs.implies, **ours.implies},
        excludes=tuple(dict.fromkeys(ours.excludes + theirs.excludes)),
        requires=ours.requires,
    )


def _joined(
    ours: Mapping[str, tuple[Pattern, ...]], theirs: Mapping[str, tuple[Pattern, ...]]
) -> dict[str, tuple[Pattern, ...]]:
    return {key: ours.get(key, ()) + theirs.get(key, ()) for key in dict.fromkeys([*ours, *theirs])}
