"""Technographics: which technologies a company uses, from its pages, its DNS and what it writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from enrichers.technographic.database import detector_for
from enrichers.technographic.detect import Detector
from enrichers.technographic.surface import read_surface
from enrichers.technographic.technology import Origin, Technology

__all__ = ["Detector", "Origin", "Technology", "detect_technologies", "detector_for", "own_detector"]


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
    are used, and the public set where the extra `technographics` has installed it. Never raises for what a page holds; a page too hostile for its time budget yields what was found.
    """
    surface = read_surface(html, url, headers, cookies, dns, certificate_issuer)
    return (detector or detector_for()).detect(surface)


def own_detector() -> Detector:
    """The detector over our own fingerprints alone, built on first use."""
    return detector_for(public=False)
