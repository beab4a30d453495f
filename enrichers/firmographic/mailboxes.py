"""Mailboxes: `mailto:` links, text, light disguises and Cloudflare's; role mailboxes told from persons'."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from urllib.parse import unquote

from lxml import etree

from accounts.values.web import registrable_domain
from enrichers.firmographic.fact import Fact, around
from enrichers.firmographic.mailbox_owner import DOUBTED, Owners, free_providers, is_foreign
from enrichers.firmographic.page import Line, Link, Page
from enrichers.firmographic.structured import Organisation
from enrichers.firmographic.words import pattern_of

_MAILBOX = re.compile(
    r"(?<![A-Za-z0-9_.+%/-])[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.){1,5}[A-Za-z]{2,18}(?![A-Za-z0-9_@])"
)
_DISGUISED = re.compile(
    r"(?i)(?<![\w.])([a-z0-9][\w.+-]{0,40})\s?(?:\[\s?(?:at|@)\s?\]|\(\s?(?:at|@)\s?\)|\{\s?at\s?\}|<at>|\s@\s|#at#|\(a\)|★|\bAT\b(?=\s?[a-z0-9-]+\s?[\[({]))\s?"
    r"((?:[a-z0-9-]+\s?(?:\[\s?(?:dot|\.|punkt)\s?\]|\(\s?(?:dot|\.)\s?\)|\{\s?dot\s?\}|\s(?:dot|DOT)\s|\.)\s?){1,4}[a-z]{2,12})(?![\w@])"
)  # fmt: skip
_PROTECTED = etree.XPath("//*[@data-cfemail]")
_DOT = re.compile(r"(?i)\s?(?:[\[({]\s?(?:dot|\.|punkt)\s?[\])}]|\sdot\s)\s?")
_NO_DOMAIN = re.compile(r"(?i)\.(?:png|jpe?g|gif|webp|svg|css|js|ico|bmp|pdf|html?|php|aspx?)$")
_RULES = {"structured": 0.95, "mailto": 0.95, "text": 0.93, "cloudflare": 0.95, "disguised": 0.85}
_MAX_PER_PAGE = 300
_BELIEVED = 0.6


def mailboxes(page: Page, organisations: Sequence[Organisation]) -> list[Fact]:
    """The page's mailboxes, the company's general one first, persons' last; the site maker's and placeholders are none."""
    found: dict[str, Fact] = {}
    makers: set[str] = set()
    owners = Owners(page)
    for fact, line, at in _sightings(page, organisations):
        address = fact.value.lower()
        if address in makers or _is_placeholder(address, owners.own):
            continue
        most = owners.most(address, line, at, fact.node)
        if most is None:
            makers.add(address)
            found.pop(address, None)
        elif address not in found or found[address].confidence < min(most, fact.confidence):
            found[address] = replace(fact, confidence=min(most, fact.confidence))
        if len(found) >= _MAX_PER_PAGE:
            break
    return settle_mailboxes(list(found.values()), page.url)


def settle_mailboxes(facts: Sequence[Fact], url: str | None) -> list[Fact]:
    """Mailboxes of a site in order. Beside one on the site's own domain, those on others' domains are doubted."""
    own = registrable_domain(url) if url else None
    if own and any(registrable_domain(fact.value) == own for fact in facts):
        facts = [
            replace(fact, confidence=min(fact.confidence, DOUBTED)) if is_foreign(fact.value, own) else fact
            for fact in facts
        ]
    return sorted(facts, key=lambda fact: _rank(fact, own))


def _rank(fact: Fact, own: str | None) -> tuple[int, int, float]:
    order = ("main", "sales", "support", "other", "person").index(fact.kind or "other")
    foreign = int(own is not None and registrable_domain(fact.value) != own)
    return order if not foreign else order + 1, foreign, -fact.confidence


@cache
def _kinds() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((kind, pattern_of("mailboxes.yml", kind)) for kind in ("main", "sales", "support", "other"))


def mailbox_kind(address: str) -> str:
    """`main`, `sales`, `support`, `other` (a role) or `person`, from the part before the @.

    >>> mailbox_kind("info@acme.com"), mailbox_kind("kim.larsen@acme.com")
    ('main', 'person')
    """
    local, _, domain = address.lower().partition("@")
    for kind, pattern in _kinds():
        if pattern.match(local):
            return kind
    label = (registrable_domain(domain) or domain).split(".")[0]
    bare = re.sub(r"[^a-z]", "", local)
    if len(bare) > 3 and (bare in label.replace("-", "") or label.replace("-", "") in bare):
        return "main"  # acme@acme.com, acmeroofing@aol.com
    return "person"


def _is_placeholder(address: str, own: str | None) -> bool:
    """True for mailboxes templates come with. `info@site.example` is none on the site of site.example."""
    if pattern_of("mailboxes.yml", "placeholder").search(address):
        return True
    if own is not None and registrable_domain(address) == own:
        return False
    return bool(pattern_of("mailboxes.yml", "placeholder_elsewhere").search(address))


def _tidy(text: str) -> str | None:
    """The mailbox in a text, or None where there is none, or only a file name."""
    match = _MAILBOX.search(re.sub(r"\s+", "", text) if text.count("@") == 1 and len(text) < 80 else text)
    if not match:
        return None
    address = _known_suffix(match.group().strip("."))
    return None if _NO_DOMAIN.search(address) else address


def _known_suffix(address: str) -> str:
    """`info@acme.comThis`: text that runs into the address is cut off where that makes the suffix a known one."""
    cut = re.sub(r"(?<=\.[a-z]{2})(?:[a-z]?[a-z]?[a-z]?)[A-Z]\w*$", "", address)
    if cut == address or registrable_domain(address) is not None:
        return address
    whole = re.match(r".*\.[a-z]+(?=[A-Z]\w*$)", address)
    return whole.group() if whole else address


def _fact(address: str, rule: str, passage: str, node: etree._Element | None) -> Fact:
    kind = mailbox_kind(address)
    return Fact("email", address, _RULES[rule], passage, f"email.{rule}", node, kind, address.lower())


_Sighting = tuple[Fact, Line | None, int]
"""A mailbox, the line it stands on and where; markup stands on none."""


def _sightings(page: Page, organisations: Sequence[Organisation]) -> Iterator[_Sighting]:
    for organisation in organisations:
        texts = [
            *organisation.properties.get("email", ()),
            *(c["email"] for c in organisation.contacts if c.get("email")),
        ]
        for text in texts:
            address = _tidy(unquote(text).removeprefix("mailto:"))
            if address:
                passage = f"{organisation.kind}.email: {text}"
                yield _fact(address, "structured", passage, organisation.node), None, 0
    yield from _links(page)
    for line in page.lines:
        if "@" in line.plain:
            for match in _MAILBOX.finditer(line.plain):
                address = _tidy(match.group())
                if address:
                    passage = around(line, *match.span())
                    yield _fact(address, "text", passage, line.node), line, match.start()
        if len(line.plain) < 600:
            for match in _DISGUISED.finditer(line.plain):
                address = _tidy(f"{match.group(1)}@{_DOT.sub('.', match.group(2)).replace(' ', '')}")
                if address:
                    passage = around(line, *match.span())
                    yield _fact(address, "disguised", passage, line.node), line, match.start()


def _links(page: Page) -> Iterator[_Sighting]:
    for link in page.links:
        href = link.href
        if href[:7].lower() == "mailto:":
            address = _tidy(unquote(unquote(href[7:])).split("?")[0].strip())
            if address:
                fact = _fact(address, "mailto", f"{link.text} ({href})"[:300].strip(), link.node)
                yield fact, *_place(page, link)
        elif "/cdn-cgi/l/email-protection#" in href:
            for fact in _cloudflare(href.partition("#")[2], link.node):
                yield fact, *_place(page, link)
    if "data-cfemail" in page.html:
        first = {line.node: line for line in reversed(page.lines)}
        for node in _PROTECTED(page.root):
            for fact in _cloudflare(node.get("data-cfemail") or "", node):
                yield fact, *_place_of(first, node)


def _place(page: Page, link: Link) -> tuple[Line | None, int]:
    """The line a link stands on and where its text begins there, its end where it cannot be told."""
    line = page.lines[link.line] if link.line < len(page.lines) else None
    at = line.text.find(link.text) if line is not None and link.text else -1
    return line, at if at >= 0 or line is None else len(line.plain)


def _place_of(first: dict[etree._Element, Line], node: etree._Element) -> tuple[Line | None, int]:
    """The first line of the block an element stands in, and where Cloudflare's filler stands there."""
    blocks = [node, *itertools.islice(node.iterancestors(), 6)]
    line = next((first[block] for block in blocks if block in first), None)
    at = line.plain.find("[email") if line is not None else 0
    return line, at if at >= 0 or line is None else len(line.plain)


def _cloudflare(code: str, node: etree._Element) -> Iterator[Fact]:
    """Cloudflare's e-mail obfuscation: the first byte is XORed with every following one."""
    try:
        raw = bytes.fromhex(code.split("?", maxsplit=1)[0])
    except ValueError:
        return
    text = bytes(byte ^ raw[0] for byte in raw[1:]).decode("utf-8", "replace") if raw else ""
    address = _tidy(text)
    if address:
        yield _fact(address, "cloudflare", f"data-cfemail={code}", node)


def stated_domains(facts: Sequence[Fact]) -> tuple[str, ...]:
    """The registrable domains of mailboxes that are believed the company's and are no free mail, in order."""
    told = (fact for fact in facts if fact.field == "email" and fact.confidence >= _BELIEVED)
    domains = (registrable_domain(fact.value) for fact in told)
    return tuple(dict.fromkeys(d for d in domains if d and d not in free_providers()))
