"""Fingerprints: what gives a technology away, and the set of them a run uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from accounts.errors import ConfigError
from enrichers.technographic.pattern import Pattern


class FingerprintsError(ConfigError):
    """A set of fingerprints cannot be read, or is of a schema this version does not know."""


TEXTS = ("script", "url", "anchor", "inline", "html", "comment", "page_url", "token")
"""The parts of a page that patterns are searched in; `token` is a class or an id."""

TABLES = ("meta", "header", "cookie", "dns")
"""The parts that are looked up by a name first."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What gives one technology away.

    `hosts` are `domain` or `domain/path-prefix`, matched on the domain and everything under it. `texts` hold
    patterns by the part of the page, `tables` by part and lower-case name. `elements` are CSS selectors with
    what must hold of the element found. `implies` maps names to confidence. Of `requires` and of
    `requires_categories` one must be observed too.
    """

    name: str
    categories: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    anchor_hosts: tuple[str, ...] = ()
    texts: Mapping[str, tuple[Pattern, ...]] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, tuple[Pattern, ...]]] = field(default_factory=dict)
    elements: tuple[Element, ...] = ()
    certificate: tuple[Pattern, ...] = ()
    implies: Mapping[str, float] = field(default_factory=dict)
    excludes: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    requires_categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Element:
    """An element that gives a technology away: a selector, and patterns on its text or attributes.

    `attributes` maps a name to patterns, of which one must match; `text` likewise for the element's text.
    """

    selector: str
    text: tuple[Pattern, ...] = ()
    attributes: Mapping[str, tuple[Pattern, ...]] = field(default_factory=dict)

    @property
    def tells_version(self) -> bool:
        """True where a match can show a version."""
        return any(
            pattern.version for patterns in (self.text, *self.attributes.values()) for pattern in patterns
        )
