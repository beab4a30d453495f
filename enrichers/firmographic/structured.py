"""What a page says about itself in JSON-LD, microdata, hCard and OpenGraph.

Shapes: https://schema.org/Organization, https://www.w3.org/TR/json-ld11, https://html.spec.whatwg.org (microdata),
https://microformats.org/wiki/hcard. Only what describes an organisation is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bs4 import BeautifulSoup
from lxml import etree

from accounts.json_text import load_json
from enrichers.firmographic.page import Page

_ORGANISATION = re.compile(
    r"(?:^|/)(?:\w*Organization|Corporation|\w*Business|\w*Store|\w*Service|\w*Company|NGO|\w*Agency|Restaurant|Hotel|Dentist|Physician"
    r"|Attorney|Hospital|School|CollegeOrUniversity|Library|Airline|Brand|Electrician|Plumber|Locksmith|\w*Contractor|\w*Clinic|Place)$"
)
_WEAK = re.compile(r"(?:Place|Brand)$")
_NAMING = ("@value", "name", "value", "url", "@id")
_CONTROL = re.compile(r"[\x00-\x1f]")
_ITEMS = etree.XPath("//*[@itemtype]")
_CARDS = etree.XPath("//*[contains(@class, 'vcard')]")
_MAX_CARDS = 20
_MAX_NODES = 2_000
_MAX_SCRIPT = 400_000


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation node: property → texts, plus address parts. `origin` is `json-ld`, `microdata` or `hcard`."""

    origin: str
    kind: str
    properties: dict[str, list[str]]
    addresses: list[dict[str, str]] = field(default_factory=list)
    contacts: list[dict[str, str]] = field(default_factory=list)
    node: etree._Element | None = None
    main: bool = True

    def first(self, name: str) -> str:
        """The first text of a property, or an empty one."""
        return next(iter(self.properties.get(name, ())), "")


def organisations(page: Page) -> list[Organisation]:
    """All organisations the page marks up, those at top level first."""
    found = [*_json_ld(page), *_microdata(page), *_hcards(page)]
    return sorted(found, key=lambda organisation: not organisation.main)


def _json_ld(page: Page) -> Iterator[Organisation]:
    for script in page.root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower() or not script.text:
            continue
        for depth, thing in _nodes(_loads(script.text)):
            kinds = [str(k) for k in _list(thing.get("@type")) if _ORGANISATION.search(str(k))]
            if not kinds:
                continue
            properties = {name: texts for name, value in thing.items() if (texts := _texts(value))}
            addresses = [a for value in _list(thing.get("address")) if (a := _flat(value))]
            contacts = [c for value in _list(thing.get("contactPoint")) if (c := _flat(value))]
            yield Organisation(
                "json-ld",
                kinds[0],
                properties,
                addresses,
                contacts,
                script,
                depth == 0 and not _WEAK.search(kinds[0]),
            )


def _loads(text: str) -> Any:
    text = text.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    if len(text) > _MAX_SCRIPT:
        return None
    for attempt in (text, _CONTROL.sub(" ", text), re.sub(r",\s*([}\]])", r"\1", _CONTROL.sub(" ", text))):
        try:
            return load_json(attempt)
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(thing: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """All objects of a JSON document with their depth; `@graph` and lists add none."""
    todo: list[tuple[int, Any]] = [(0, thing)]
    for _ in range(_MAX_NODES):
        if not todo:
            return
        depth, here = todo.pop(0)
        if isinstance(here, list):
            todo += [(depth, item) for item in here]
        elif isinstance(here, dict):
            yield depth, here
            for name, value in here.items():
                nested = depth if name in ("@graph", "publisher", "mainEntity", "about") else depth + 1
                if isinstance(value, (dict, list)):
                    todo.append((nested, value))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _texts(value: Any) -> list[str]:
    """The texts of a JSON-LD value: plain ones, and the name, value or address of an object."""
    found: list[str] = []
    for item in _list(value):
        text = next((item[key] for key in _NAMING if item.get(key)), None) if isinstance(item, dict) else item
        if isinstance(text, (str, int, float)) and not isinstance(text, bool) and str(text).strip():
            found.append(" ".join(str(text).split()))
    return found


def _flat(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        return {"text": " ".join(value.split())}
    if not isinstance(value, dict):
        return {}
    return {name: texts[0] for name, inner in value.items() if (texts := _texts(inner))}


def _microdata(page: Page) -> Iterator[Organisation]:
    for scope in _ITEMS(page.root) if "itemtype" in page.html else ():
        kind = scope.get("itemtype").strip().split(" ")[0]
        if not _ORGANISATION.search(kind):
            continue
        properties: dict[str, list[str]] = {}
        addresses: list[dict[str, str]] = []
        for name, node in _properties(scope):
            if name == "address" and node.get("itemscope") is not None:
                addresses.append({inner: _value(child) for inner, child in _properties(node)})
            elif value := _value(node):
                properties.setdefault(name, []).append(value)
        if properties or addresses:
            main = scope.get("itemprop") in (None, "publisher", "provider") and not _WEAK.search(kind)
            yield Organisation("microdata", kind.rsplit("/", 1)[-1], properties, addresses, [], scope, main)


def _properties(scope: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """The item's own properties, not those of items within it."""
    todo = list(scope)[::-1]
    for _ in range(_MAX_NODES):
        if not todo:
            return
        node = todo.pop()
        if not isinstance(node.tag, str):
            continue
        for name in (node.get("itemprop") or "").split():
            yield name, node
        if node.get("itemscope") is None:
            todo += list(node)[::-1]


def _value(node: etree._Element) -> str:
    text = node.get("content") or node.get("datetime")
    if text is None and node.tag in ("a", "link"):
        text = (
            node.get("href")
            if not (node.get("itemprop") or "").startswith(("name", "tele", "email"))
            else None
        )
    if text is None and node.tag == "img":
        text = node.get("src")
    if text is None:
        text = "".join(node.itertext())
    return " ".join(text.split())[:500]


_HCARD = {"fn": "name", "org": "legalName", "tel": "telephone", "email": "email"}
_ADR = {"street-address": "streetAddress", "locality": "addressLocality", "region": "addressRegion",
        "postal-code": "postalCode", "country-name": "addressCountry", "extended-address": "extendedAddress"}  # fmt: skip


def _hcards(page: Page) -> Iterator[Organisation]:
    """Microformat cards, each read by BeautifulSoup: classes name the parts, in any order and depth."""
    for card in _CARDS(page.root)[:_MAX_CARDS] if "vcard" in page.html else ():
        if "vcard" not in card.get("class").split():
            continue
        markup = etree.tostring(card, encoding="unicode", method="html", with_tail=False)
        soup = BeautifulSoup(markup[:_MAX_SCRIPT], "lxml")
        properties = {name: found for part, name in _HCARD.items() if (found := _classed(soup, part))}
        address = {name: found[0] for part, name in _ADR.items() if (found := _classed(soup, part))}
        if properties or address:
            yield Organisation(
                "hcard",
                "vcard",
                properties,
                [address] if address else [],
                [],
                card,
                "legalName" in properties,
            )


def _classed(soup: BeautifulSoup, part: str) -> list[str]:
    """The texts of all elements of a class."""
    texts = (" ".join(node.get_text(" ").split())[:300] for node in soup.find_all(class_=part))
    return [text for text in texts if text]
