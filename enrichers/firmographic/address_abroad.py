"""Irish, Portuguese, Hong Kong's and Taiwan's addresses in Latin letters, in the way each is written there.

Sources of the formats: Universal Postal Union, addressing formats; An Post (Eircode); CTT (código postal); Chunghwa Post.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from enrichers.firmographic.address import Address
from enrichers.firmographic.headquarters import is_headquarters
from enrichers.firmographic.page import Line, Page

_WORDS = (
    "Ireland",
    "Éire",
    "Dublin",
    "Co. ",
    "County ",
    "Hong Kong",
    "Kowloon",
    "New Territories",
    "H.K.",
    "Taiwan",
    " City ",
)
"""Of which such an address names one, but for Portugal's."""
_LONGEST = 400
_ABOVE = 3
_LABEL = re.compile(
    r"(?i)^\W*(?:our |registered |head |postal |mailing )*(?:address|office|location|morada|sede)s?\s*(?:is|in)?\s*[:：]\s*"
)
_STREET = re.compile(
    r"(?i)\d.*\b(?:street|st|road|rd|avenue|ave|lane|drive|park|quay|square|court|row|terrace|place|way|house|centre|center|building|tower|plaza|estate|mall|floor|f)\b"
    r"|\b(?:unit|suite|block|no)\.?\s?\w?\d|\b(?:rua|r\.|avenida|av\.?|praça|largo|travessa|estrada|alameda|zona industrial|urbanização|edifício|quinta|lugar|parque|rotunda|calçada)\s"
)
_EIRCODE = re.compile(r"\b(?P<postcode>(?:[AC-FHKNPRTV-Y]\d{2}|D6W)\s?[0-9AC-FHKNPRTV-Y]{4})\b")
_COUNTIES = "Carlow|Cavan|Clare|Cork|Donegal|Dublin|Galway|Kerry|Kildare|Kilkenny|Laois|Leitrim|Limerick|Longford|Louth|Mayo|Meath|Monaghan|Offaly|Roscommon|Sligo|Tipperary|Waterford|Westmeath|Wexford|Wicklow"
_COUNTY = re.compile(rf"(?:Co\.?|County)\s(?P<county>{_COUNTIES})\b")
_IRISH_TOWN = re.compile(rf"(?:Dublin\s?\d{{1,2}}W?|{_COUNTIES})\b")
_IRISH_END = re.compile(rf"(?:\b(?:Dublin\s?\d{{1,2}}W?|(?:Co\.?|County)\s(?:{_COUNTIES})|Dublin|Cork|Galway|Limerick|Waterford)\b,?\s*)(?:(?:Republic of )?Ireland|Éire)\b|\b{_COUNTY.pattern}|\bDublin\s\d{{1,2}}W?\b")  # fmt: skip
_PORTUGUESE = re.compile(
    r"(?<![\d-])(?P<postcode>\d{4}-\d{3})\s+(?P<city>[A-ZÀ-Ý][\wÀ-ÿ.'’-]*(?:\s(?:d[aeo]s?|e|[A-ZÀ-Ý][\wÀ-ÿ.'’-]*)){0,4})"
)
_HONG_KONG = re.compile(r"(?:,\s*|\s)(?:(?P<area>Kowloon|N\.?\s?T\.?|New Territories|Hong Kong Island)[,.\s]+)?(?:Hong Kong|H\.K\.)(?:\s?S\.?A\.?R\.?)?\b|,\s*(?P<alone>Kowloon|New Territories)\b")  # fmt: skip
_TAIWAN = re.compile(
    r",\s*(?P<city>[A-Z][a-z]+(?:\s(?:City|County))?)\s?,?\s?(?P<postcode>\d{3}(?:\d{2,3})?)?\s?,?\s*Taiwan\b|,\s*(?P<city2>(?:New )?[A-Z][a-z]+ (?:City|County))\s(?P<postcode2>\d{3}(?:\d{2,3})?)\b"
)
_TAIWAN_STREET = re.compile(r"\bNo\.?\s?\d+|\b(?:Rd|St|Ave|Blvd|Ln)\.|\bSec\.\s?\d")


def addresses_abroad(page: Page) -> Iterator[Address]:
    """The addresses of these four places that a page prints."""
    if not any(word in page.text for word in _WORDS) and not _PORTUGUESE.search(page.text):
        return
    for line in page.lines:
        if 6 <= len(line.plain) <= _LONGEST:
            for read in (_irish, _portuguese, _hong_kong, _taiwanese):
                yield from read(page, line)


def _irish(page: Page, line: Line) -> Iterator[Address]:
    text = line.plain
    code, end = _EIRCODE.search(text), _IRISH_END.search(text)
    if not end and not (code and _says_ireland(page)):
        return
    spans = [match.start() for match in (code, end) if match]
    last = max(match.end() for match in (code, end) if match)
    pieces = _pieces(page, line, text[: min(spans)])
    tail = [piece.strip() for piece in text[min(spans) : last].split(",") if piece.strip()]
    parts = {"country": "IE"}
    if code:
        parts["postcode"] = code["postcode"]
    for piece in (*pieces[-2:], *tail):
        if county := _COUNTY.search(piece):
            parts["region"] = county.group()
        elif town := _IRISH_TOWN.match(piece):
            parts["city"] = town.group()
    rest = [p for p in pieces if not _COUNTY.fullmatch(p) and p != parts.get("city")]
    if "city" not in parts and len(rest) > 1:
        parts["city"] = rest.pop()
    yield from _made(page, line, parts, rest)


def _says_ireland(page: Page) -> bool:
    return (
        bool(re.search(r"\bIreland\b|\bÉire\b|\+353|\bDublin\b", page.text)) or ".ie" in (page.url or "")[:80]
    )


def _portuguese(page: Page, line: Line) -> Iterator[Address]:
    for match in _PORTUGUESE.finditer(line.plain):
        city = re.sub(r"\s(?:Portugal|Tel|Telefone|Fax|Email|E)\b.*", "", match["city"]).strip(" .-")
        parts = {"postcode": match["postcode"], "city": city, "country": "PT"}
        yield from _made(page, line, parts, _pieces(page, line, line.plain[: match.start()]))


def _hong_kong(page: Page, line: Line) -> Iterator[Address]:
    ends = list(_HONG_KONG.finditer(line.plain))
    if not ends:
        return
    match = ends[-1]
    area = match["area"] or match["alone"]
    parts = {"city": area or "Hong Kong", "region": "Hong Kong", "country": "HK"}
    yield from _made(page, line, parts, _pieces(page, line, line.plain[: match.start()]))


def _taiwanese(page: Page, line: Line) -> Iterator[Address]:
    match = _TAIWAN.search(line.plain)
    if not match or not _TAIWAN_STREET.search(line.plain[: match.start()]):
        return
    parts = {"city": match["city"] or match["city2"], "country": "TW"}
    if code := match["postcode"] or match["postcode2"]:
        parts["postcode"] = code
    yield from _made(page, line, parts, _pieces(page, line, line.plain[: match.start()]))


def _pieces(page: Page, line: Line, before: str) -> list[str]:
    """The comma-separated pieces left of a town, else those of the lines above."""
    text = _LABEL.sub("", before).strip(" ,;|-–•·")
    found = [piece.strip() for piece in text.split(",") if piece.strip()]
    if any(_STREET.search(piece) for piece in found):
        return found
    for above in page.before(line, _ABOVE):
        if len(above.plain) > 90 or "@" in above.plain or above.heading:
            break
        found = [p.strip() for p in _LABEL.sub("", above.plain).split(",") if p.strip()] + found
        if _STREET.search(above.plain):
            return found
    return found


def _made(page: Page, line: Line, parts: dict[str, str], pieces: list[str]) -> Iterator[Address]:
    """The address, where its pieces hold a street; what stands before the first of an address is the company's name."""
    start: Callable[[str], object] = re.compile(
        r"(?i)\d|\b(?:unit|suite|block|flat|room|rm|floor|house|building|tower|centre|park)\b|\b(?:rua|avenida|av\.|praça|largo|travessa|estrada|alameda|zona|edifício|quinta)\s"
    ).search
    begin = next((n for n, piece in enumerate(pieces) if start(piece)), None)
    if begin is None or not _STREET.search(", ".join(pieces)):
        return
    street = re.sub(r"^.{0,60}?\.\s(?=(?:\d+F|No|Unit|Room|Rm|Flat)\b)", "", ", ".join(pieces[begin:]))
    if len(street) > 140:
        return
    confidence = (
        0.82 + (0.05 if line.within("footer", "contact") else 0.0) - (0.25 if line.within("others") else 0.0)
    )
    yield Address(
        {"street": street, **parts},
        "abroad",
        confidence,
        line.text[:300],
        line.node,
        is_headquarters(page, line),
        line.number,
    )
