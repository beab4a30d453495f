"""Technographics: which technologies a company uses, from its pages, its DNS and what it writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from enrichers.technographic.detect import Detector
from enrichers.technographic.own import own_fingerprints
from enrichers.technographic.store import Store, default_folder
from enrichers.technographic.surface import read_surface
from enrichers.technographic.technology import Origin, Technology

__all__ = ["Detector", "Origin", "Technology", "detect_technologies"]


def detect_technologies(
    html: str,
    url: str | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    cookies: Mapping[str, str] | Iterable[str] | None = None,
    dns: Mapping[str, Sequence[str]] | None = None,
    certificate_issuer: str | None = None,
    detector: Detector | None = None,
) -> tuple[Technology, ...]:
    """The technologies that show on a page, surest first, implied ones last.

    `dns` maps record types (`MX`, `TXT`, `CNAME`, `NS`) to values. Without a `detector` our own fingerprints
    are used. Never raises for what a page holds; a page too hostile for its time budget yields what was found.
    """
    surface = read_surface(html, url, headers, cookies, dns, certificate_issuer)
    return (detector or own_detector()).detect(surface)


@lru_cache(maxsize=1)
def own_detector() -> Detector:
    """The detector over our own fingerprints, built on first use."""
    return Detector(own_fingerprints(), Store(default_folder()))
