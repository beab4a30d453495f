"""In what state a site is: moved, for sale, parked, suspended, empty, or readable by a browser only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from enrichers.firmographic.fact import around
from enrichers.firmographic.page import Page
from enrichers.firmographic.words import pattern_of


class Condition(StrEnum):
    """States that are facts about the account; each is a signal class."""

    MOVED = "site_moved"
    FOR_SALE = "site_for_sale"
    PARKED = "site_parked"
    SUSPENDED = "site_suspended"
    EMPTY = "site_empty"
    SCRIPT_ONLY = "site_script_only"


@dataclass(frozen=True, slots=True)
class Finding:
    """A state, the passage that shows it, and how sure that is."""

    condition: Condition
    passage: str
    confidence: float
    node: etree._Element | None = None


_SHORT = 1_800
"""Characters: pages that say no more than this are judged by their wording."""
_TITLE_ONLY = re.compile(r"(?i)^(?:\S+\.\w{2,}|index|untitled.*|document|无标题文档)?$")
_MOUNT = re.compile(r"(?i)^(?:root|app|__next|__nuxt|___gatsby|main-app|q-app|react-root|wrapper)$")


def condition_of(page: Page) -> Finding | None:
    """The state a page shows, or None for an ordinary page."""
    text = page.text.strip()
    if len(text) <= _SHORT:
        shown = _worded(page)
        if shown:
            return shown
    if len(text) < 200:
        return _thin(page, text)
    return None


def _worded(page: Page) -> Finding | None:
    for condition, key, confidence in (
        (Condition.FOR_SALE, "for_sale", 0.9), (Condition.SUSPENDED, "suspended", 0.9), (Condition.PARKED, "parked", 0.85),
    ):  # fmt: skip
        pattern = pattern_of("pages.yml", key)
        match = pattern.search(page.title)
        if match:
            return Finding(condition, f"title: {page.title}"[:300], confidence)
        for line in page.lines:
            match = pattern.search(line.plain)
            if match:
                return Finding(condition, around(line, *match.span()), confidence, line.node)
    match = pattern_of("pages.yml", "for_sale").search(page.html[:60_000]) if len(page.text) < 400 else None
    if match:
        return Finding(Condition.FOR_SALE, page.html[max(0, match.start() - 80) : match.end() + 80], 0.7)
    match = pattern_of("pages.yml", "parked").search(page.html[:60_000]) if len(page.text) < 400 else None
    return (
        Finding(Condition.PARKED, page.html[max(0, match.start() - 80) : match.end() + 80], 0.7)
        if match
        else None
    )


def _thin(page: Page, text: str) -> Finding | None:
    """Says of a page with hardly a word whether scripts would fill it, or nothing would."""
    scripts = sum(1 for _ in page.root.iter("script"))
    mounts = any(_MOUNT.match(node.get("id") or "") for node in page.root.iter("div"))
    needed = pattern_of("pages.yml", "script_needed").search(page.html[:200_000])
    if scripts and (mounts or needed or (len(text) < 60 and len(page.html) > 2_000)):
        return Finding(
            Condition.SCRIPT_ONLY, f"{len(text)} characters of text, {scripts} scripts: {text[:120]}", 0.8
        )
    frames = any(True for tag in ("frame", "iframe") for _ in page.root.iter(tag))
    if frames or len(text) >= 60 or any(image.alt for image in page.images) or len(page.links) > 3:
        return None
    if _TITLE_ONLY.match(page.title) or not text:
        return Finding(Condition.EMPTY, f"title {page.title!r}, text {text!r}"[:300], 0.8)
    return None


_REFRESH = re.compile(r"(?i)^\s*(\d+)\s*[;,]\s*(?:url\s*=\s*)?['\"]?([^'\">\s]+)")


def refresh_target(page: Page) -> str | None:
    """Where a page sends its reader at once by meta refresh, or by one line of script and nothing else; else None."""
    for node in page.root.iter("meta"):
        if (node.get("http-equiv") or "").lower() == "refresh":
            match = _REFRESH.match(node.get("content") or "")
            if match and int(match.group(1)) <= 10:
                return page.absolute(match.group(2), page.base)
    if len(page.text) < 100 and len(page.html) < 5_000:
        script = re.search(
            r"(?i)(?:window\.|self\.|top\.|document\.)?location(?:\.href)?\s*(?:=|\.replace\(|\.assign\()\s*['\"]([^'\"]+)['\"]",
            page.html,
        )
        if script:
            return page.absolute(script.group(1), page.base)
    return None


def frame_targets(page: Page) -> list[str]:
    """The pages a frameset is made of, or the one frame an otherwise empty page shows."""
    found = [page.absolute(node.get("src"), page.base) for node in page.root.iter("frame") if node.get("src")]
    if not found and len(page.text) < 200:
        found = [
            page.absolute(node.get("src"), page.base) for node in page.root.iter("iframe") if node.get("src")
        ]
    return [url for url in dict.fromkeys(found) if url.startswith("http")][:3]
