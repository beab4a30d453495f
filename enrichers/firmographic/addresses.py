"""Addresses in parts: street, city, region, postcode, country.

An address is found by its anchor, the postcode with its town, in the way its country writes it (Universal Postal
Union, addressing formats), and completed from the text before it: the same line, else the lines above. Chinese
addresses are found by their label, or their province, and read from the large unit to the small.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from accounts.values import Hints
from accounts.values.place import country_code
from enrichers.firmographic.address import PARTS, Address, settle_addresses
from enrichers.firmographic.address_abroad import addresses_abroad
from enrichers.firmographic.address_zh import chinese_addresses
from enrichers.firmographic.chinese_places import CHINESE
from enrichers.firmographic.fact import Fact
from enrichers.firmographic.headquarters import is_headquarters
from enrichers.firmographic.page import Line, Page
from enrichers.firmographic.streets import names_owner, street_of
from enrichers.firmographic.structured import Organisation
from enrichers.firmographic.words import pattern_of, read_yaml

_CITY = r"(?P<city>[A-Z][A-Za-z.'’\-]*(?: (?:[A-Z][A-Za-z.'’\-]*|of|on|upon|le|la|del?|and|the)){0,4})"
_GB_POSTCODE = r"(?P<postcode>(?:GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d|[A-HK-Y]\d\d|\d[A-HJKPSTUW]|[A-HK-Y]\d[ABEHMNPRV-Y])) ?\d[ABD-HJLNP-UW-Z]{2})"
_UP_TO_STREET = re.compile(r"(?i)^.{0,60}?\b(?:at|address is|located (?:in|on))\s+(?=\d)")
_LONE_POSTCODE = re.compile(r"\d{5}(?:-\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d")
_BARS = re.compile(r"\s*[|•·]\s*")
_MOST_PIECES = 5
"""Pieces before a postcode that bars may set off: building, street, district, town, county."""
_COUNTRY_AFTER = re.compile(r"^[\s,.\-|]*((?:[A-Z][A-Za-z.]*|of|the)(?: (?:[A-Z][A-Za-z.]*|of|the)){0,3})")


@cache
def _anchors() -> dict[str, re.Pattern[str]]:
    places = read_yaml("places.yml")

    def regions(country: str) -> str:
        codes, names = places[country].keys(), places[country].values()
        dotted = "|".join(rf"{c[0]}\.\s?{c[1]}\." for c in codes if len(c) == 2)
        return rf"(?P<region>{'|'.join(names)}|(?:{'|'.join(codes)})\b|{dotted}|Calif\.|Mass\.|Fla\.|Tex\.|Ont\.|Que\.)"

    return {
        "US": re.compile(rf"\b{_CITY}\s?,?\s+{regions('us')}\.?\s?,?\s*(?P<postcode>\d{{5}}(?:\s?-\s?\d{{4}})?)(?!\d)"),
        "CA": re.compile(rf"\b{_CITY}\s?,?\s*\(?{regions('ca')}\)?\.?\s?,?\s*(?:Canada,?\s*)?(?P<postcode>[ABCEGHJ-NPRSTVXY]\d[A-Z][ -]?\d[A-Z]\d)\b"),
        "AU": re.compile(rf"\b{_CITY}\s?,?\s+{regions('au')}\.?\s?,?\s*(?P<postcode>\d{{4}})(?!\d)"),
        "GB": re.compile(rf"(?<![A-Za-z0-9]){_GB_POSTCODE}(?![A-Za-z0-9])"),
        "DE": re.compile(r"(?<!\d)(?:D-|DE-|A-|CH-)?(?P<postcode>\d{4,5})\s+(?P<city>[A-ZÄÖÜ][\wäöüß.\-]+(?: (?:a\.|am|an|der|im|[A-ZÄÖÜ])[\wäöüß.\-]*){0,3})"),
    }  # fmt: skip


@cache
def _street_end() -> re.Pattern[str]:
    words = read_yaml("places.yml")
    return re.compile(
        rf"(?i)^(?:.*\b(?:{words['street_words']})\b\.?(?:\s*,?\s*[NSEW]{{1,2}}\b\.?)?|.*\d\w?|.*\b(?:{words['unit_words']})\b\.?\s*[\w-]*)\s+(?=[A-Z])"
    )


@cache
def _streetish() -> re.Pattern[str]:
    words = read_yaml("places.yml")
    return re.compile(
        rf"(?i)\d+\s*\w|\bP\.?\s?O\.?\s?Box\b|\b(?:{words['street_words']})\b\.?(?:$|[\s,])|^\W*(?:{words['unit_words']})\b|\b(?:stra(?:ß|ss)e|str\.|platz|weg|allee)\b|\b\w+(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer)\s+\d"
    )


def addresses(
    page: Page, organisations: Sequence[Organisation], hints: Hints, given: str | None = None
) -> list[Address]:
    """The page's addresses, each once, the headquarters or best placed one first.

    `given` is the country the account is known to be in; it decides only where the page leaves a country open.
    """
    found = [*_structured(organisations)]
    text_found: list[Address] = []
    for line in page.lines:
        if line.digits and len(line.plain) < 1_500 and len(text_found) < 60:
            text_found += _from_line(page, _joined(page, line), hints)
    found += text_found
    found += addresses_abroad(page)
    if hints.country in CHINESE or hints.language == "zh":
        found += [Address(*entry) for entry in chinese_addresses(page, given)]
    return [replace(address, page=page) for address in settle_addresses(found)]


def _joined(page: Page, line: Line) -> Line:
    """A postcode printed on a line of its own, joined to the town above it."""
    above = page.lines[line.number - 1] if line.number else None
    if above is None or len(above.plain) > 60 or not _LONE_POSTCODE.fullmatch(line.plain):
        return line
    return replace(
        above,
        text=f"{above.text} {line.text}",
        plain=f"{above.plain} {line.plain}",
        digits=above.digits + line.digits,
    )


def address_facts(found: Sequence[Address]) -> list[Fact]:
    """Facts of the parts, grouped by address; the whole as `address`."""
    facts = []
    for group, address in enumerate(found):
        kind = "headquarters" if address.headquarters else "main" if group == 0 else "other"
        confidence = address.confidence - (0.1 if group and not address.headquarters else 0.0)
        facts.append(
            Fact(
                "address",
                address.printed,
                confidence,
                address.passage,
                f"address.{address.rule}",
                address.node,
                kind,
                None,
                group,
                address.page,
            )
        )
        facts += [
            Fact(
                part,
                address.parts[part],
                confidence,
                address.passage,
                f"address.{address.rule}",
                address.node,
                kind,
                None,
                group,
                address.page,
            )
            for part in PARTS
            if address.parts.get(part)
        ]
    return facts


_SCHEMA = {
    "streetAddress": "street",
    "addressLocality": "city",
    "addressRegion": "region",
    "postalCode": "postcode",
    "addressCountry": "country",
}


def _structured(organisations: Sequence[Organisation]) -> Iterator[Address]:
    for organisation in organisations:
        for raw in organisation.addresses:
            parts = {part: raw[name].strip(" ,") for name, part in _SCHEMA.items() if raw.get(name)}
            if "country" in parts and len(parts["country"]) > 2:
                parts["country"] = country_code(parts["country"]) or parts["country"]
            if parts.get("street") or (parts.get("city") and parts.get("postcode")):
                passage = f"{organisation.kind}.address: " + ", ".join(parts.values())
                yield Address(
                    parts, "structured", 0.9 if organisation.main else 0.7, passage[:300], organisation.node
                )


def _order(country: str | None) -> tuple[str, ...]:
    if country in ("DE", "AT", "CH"):
        return ("DE", "US", "GB")
    first = country if country in ("US", "CA", "AU", "GB") else None
    return tuple(dict.fromkeys(c for c in (first, "US", "CA", "AU", "GB") if c))


def _from_line(page: Page, line: Line, hints: Hints) -> Iterator[Address]:
    for country in _order(hints.country):
        end, hit = 0, False
        for match in _anchors()[country].finditer(line.plain):
            address = _complete(page, line, match, country, end, hints)
            end = match.end()
            if address:
                hit = True
                yield address
        if hit:
            return


def _german_speaking(match: re.Match[str], hints: Hints) -> str | None:
    """Five digits are Germany's; four are Austria's or Switzerland's, as their prefix or the page says."""
    if len(match["postcode"]) == 5:
        return "DE"
    prefix = match.group().partition("-")[0]
    return {"A": "AT", "CH": "CH"}.get(prefix) or (hints.country if hints.country in ("AT", "CH") else None)


def _complete(
    page: Page, line: Line, match: re.Match[str], country: str, start: int, hints: Hints
) -> Address | None:
    """The address around an anchor: street before it, country after it."""
    parts = {name: " ".join(value.split()).strip(" .,") for name, value in match.groupdict().items() if value}
    before = line.plain[start : match.start()]
    if country == "GB":
        before = _british(page, line, before)
    elif "city" in parts:
        before += _cut_city(parts)
    street, passages = _street(page, line, before)
    street = street_of(street)
    if country in ("GB", "DE") and not (street and _streetish().search(street)):
        return None
    if country == "GB" and not parts.get("city"):
        _british_town(parts, street)
        street = parts.pop("street", street)
    if street:
        parts["street"] = street
    after = _COUNTRY_AFTER.match(line.plain[match.end() :])
    named = (country_code(after.group(1)) if after else None) or _country_below(page, line)
    if said := named or (_german_speaking(match, hints) if country == "DE" else country):
        parts["country"] = said
    passage = " / ".join(
        [
            *passages,
            line.text if len(line.text) < 300 else line.text[max(0, match.start() - 150) : match.end() + 40],
        ]
    )
    confidence = (
        (0.85 if street else 0.66)
        + (0.05 if line.within("footer", "contact") else 0.0)
        - (0.25 if line.within("others") else 0.0)
    )
    return Address(parts, "text", confidence, passage, line.node, is_headquarters(page, line), line.number)


def _country_below(page: Page, line: Line) -> str | None:
    below = page.lines[line.number + 1 : line.number + 2]
    return country_code(below[0].plain) if below and 2 <= len(below[0].plain) < 30 else None


def _cut_city(parts: dict[str, str]) -> str:
    """`Town Center Drive Colorado Springs`: what precedes the last street word belongs to the street."""
    match = _street_end().match(parts["city"])
    if not match:
        return ""
    parts["city"], rest = parts["city"][match.end() :], parts["city"][: match.end()]
    return rest


def _street(page: Page, line: Line, before: str) -> tuple[str, list[str]]:
    """The street from the text left of the town, else from up to three lines above."""
    text = _unlabel(before)
    if _streetish().search(text):
        return _last_street(text), []
    collected: list[str] = [text] if text and len(text) < 40 and not text.endswith(":") else []
    passages: list[str] = []
    for above in page.before(line, 4):
        candidate = _unlabel(above.plain)
        if (
            len(candidate) > 80
            or not _streetish().search(candidate)
            or "@" in candidate
            or re.search(r"\d{3}[-.\s)]\s?\d{3}[-.\s]\d{4}|©|:\s*\d{1,2}:\d\d", candidate)
        ):
            break
        collected.insert(0, candidate)
        passages.insert(0, above.text)
        if re.match(r"\W*\d+\w?\s+\w", candidate) or re.search(r"(?i)p\.?\s?o\.?\s?box", candidate):
            break
    if not passages:
        return "", []
    return ", ".join(part.strip(" ,") for part in collected if part.strip(" ,")), passages


def _last_street(text: str) -> str:
    """The street at the end of a running text."""
    text = _UP_TO_STREET.sub("", text.strip(" ,;|-–•·"))
    for cut in (r".*[|•·;]\s*", r".*(?:\bat\b|:|\bis\b|located (?:at|in)|[.!?])\s+(?=\S*\d|P\.?\s?O|[A-Z])"):
        shorter = re.sub(cut, "", text, count=1, flags=re.IGNORECASE | re.DOTALL)
        if shorter and _streetish().search(shorter) and len(text) > 40:
            text = shorter
    number = re.search(r"(?:^|\s)(\d{1,6}[A-Za-z]?(?:-\d+)?\s+[A-Z\d].*)$", text)
    if number and len(text) > 60:
        text = number.group(1)
    return text[-120:].strip(" ,;|-–•·")


@cache
def _labels() -> re.Pattern[str]:
    return re.compile(
        rf"(?i)^\W*(?:(?:mailing|street|physical|postal|business|registered|our|corporate)\s+)*(?:{pattern_of('labels.yml', 'address').pattern})s?\s*[:：]\s*"
    )


def _unlabel(text: str) -> str:
    return _labels().sub("", text).strip(" ,")


def _british(page: Page, line: Line, before: str) -> str:
    """Text left of a British postcode; a lone postcode takes the lines above with it."""
    if re.search(r"[A-Za-z]{3}", before):
        return _set_off(before)
    above: list[str] = []
    for candidate in page.before(line, 6):
        if (
            len(candidate.plain) > 80
            or "@" in candidate.plain
            or candidate.plain.endswith(":")
            or re.search(r"\d{4,}|[!?]|©", candidate.plain)
        ):
            break
        above.insert(0, candidate.plain.strip(" ,"))
        if re.match(r"\W*(?:\d+\w?(?:-\d+)?,?\s+\w|unit\b|suite\b)", candidate.plain, re.IGNORECASE):
            break
    return ", ".join(above)


def _set_off(text: str) -> str:
    """`Home | 6 Eldon Way | Hockley |`: pieces set off by bars or dots are parts, from the first that may be a street."""
    pieces = [piece.strip(" ,") for piece in _BARS.split(text)]
    likely = [at for at, piece in enumerate(pieces) if _streetish().search(piece) and not names_owner(piece)]
    if len(pieces) == 1 or not likely:
        return text
    start = next((at for at in likely if at >= len(pieces) - _MOST_PIECES), likely[-1])
    return ", ".join(piece for piece in pieces[start:] if piece)


def _british_town(parts: dict[str, str], street: str) -> None:
    """Splits `6 Eldon Way, Hockley, Essex` into street, town and county."""
    pieces = [piece.strip() for piece in street.split(",") if piece.strip()]
    counties = {county.lower() for county in read_yaml("places.yml")["gb_counties"]}
    while len(pieces) > 1 and (pieces[-1].lower() in counties or country_code(pieces[-1])):
        parts.setdefault("region", pieces[-1]) if pieces[-1].lower() in counties else None
        pieces.pop()
    if len(pieces) > 1:
        parts["city"] = pieces.pop()
    elif pieces:
        cut = _street_end().match(pieces[0])
        if cut and cut.end() < len(pieces[0]):
            parts["city"], pieces[0] = pieces[0][cut.end() :], pieces[0][: cut.end()].strip()
    parts["street"] = ", ".join(pieces)
