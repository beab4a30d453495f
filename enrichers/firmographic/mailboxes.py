"""Mailboxes: `mailto:` links, text, light disguises and Cloudflare's; role mailboxes told from persons'."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from urllib.parse import unquote

from lxml import etree

from accounts.values.web import registrable_domain
from enrichers.firmographic.fact import Fact, around
from enrichers.firmographic.page import Page
from enrichers.firmographic.structured import Organisation
from enrichers.firmographic.words import pattern_of, read_yaml

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


def mailboxes(page: Page, organisations: Sequence[Organisation]) -> list[Fact]:
    """The page's mailboxes, the company's general one first, persons' last."""
    found: dict[str, Fact] = {}
    for fact in _sightings(page, organisations):
        address = fact.value.lower()
        if address not in found or found[address].confidence < fact.confidence:
            found[address] = fact
        if len(found) >= _MAX_PER_PAGE:
            break
    own = registrable_domain(page.url) if page.url else None
    return sorted(found.values(), key=lambda fact: _rank(fact, own))


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


@cache
def _placeholder() -> re.Pattern[str]:
    return pattern_of("mailboxes.yml", "placeholder")


def _tidy(text: str) -> str | None:
    """The mailbox in a text, or None where there is none, or only a placeholder or a file name."""
    match = _MAILBOX.search(re.sub(r"\s+", "", text) if text.count("@") == 1 and len(text) < 80 else text)
    if not match:
        return None
    address = _known_suffix(match.group().strip("."))
    if _NO_DOMAIN.search(address) or _placeholder().search(address.lower()):
        return None
    return address


def _known_suffix(address: str) -> str:
    """`info@acme.comThis`: text that runs into the address is cut off where that makes the suffix a known one."""
    cut = re.sub(r"(?<=\.[a-z]{2})(?:[a-z]?[a-z]?[a-z]?)[A-Z]\w*$", "", address)
    if cut == address or registrable_domain(address) is not None:
        return address
    whole = re.match(r".*\.[a-z]+(?=[A-Z]\w*$)", address)
    return whole.group() if whole else address


def _fact(address: str, rule: str, passage: str, node: object, penalty: float = 0.0) -> Fact:
    kind = mailbox_kind(address)
    return Fact(
        "email", address, _RULES[rule] - penalty, passage, f"email.{rule}", node, kind, address.lower()
    )


def _sightings(page: Page, organisations: Sequence[Organisation]) -> Iterator[Fact]:
    for organisation in organisations:
        texts = [
            *organisation.properties.get("email", ()),
            *(c["email"] for c in organisation.contacts if c.get("email")),
        ]
        for text in texts:
            address = _tidy(unquote(text).removeprefix("mailto:"))
            if address:
                yield _fact(address, "structured", f"{organisation.kind}.email: {text}", organisation.node)
    yield from _links(page)
    for line in page.lines:
        if "@" in line.plain:
            for match in _MAILBOX.finditer(line.plain):
                address = _tidy(match.group())
                if address:
                    yield _fact(address, "text", around(line, *match.span()), line.node)
        if len(line.plain) < 600:
            for match in _DISGUISED.finditer(line.plain):
                address = _tidy(f"{match.group(1)}@{_DOT.sub('.', match.group(2)).replace(' ', '')}")
                if address:
                    yield _fact(address, "disguised", around(line, *match.span()), line.node)


def _links(page: Page) -> Iterator[Fact]:
    for link in page.links:
        href = link.href
        if href[:7].lower() == "mailto:":
            address = _tidy(unquote(unquote(href[7:])).split("?")[0].strip())
            if address:
                yield _fact(address, "mailto", f"{link.text} ({href})"[:300].strip(), link.node)
        elif "/cdn-cgi/l/email-protection#" in href:
            yield from _cloudflare(href.partition("#")[2], link.node)
    for node in _PROTECTED(page.root) if "data-cfemail" in page.html else ():
        yield from _cloudflare(node.get("data-cfemail") or "", node)


def _cloudflare(code: str, node: object) -> Iterator[Fact]:
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
    """The registrable domains of company mailboxes that are not free mail, in order."""
    free = frozenset(read_yaml("mailboxes.yml")["free"])
    domains = (registrable_domain(fact.value) for fact in facts if fact.field == "email")
    return tuple(dict.fromkeys(d for d in domains if d and d not in free))
