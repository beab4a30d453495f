"""What EDGAR's JSON says: pure functions from a body to records.

Source: https://www.sec.gov/search-filings/edgar-application-programming-interfaces
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from accounts.errors import SourceBroken
from accounts.json_text import load_json
from accounts.values.base import tidy
from enrichers.readers import reader
from enrichers.registry.edgar_places import Place, place_of

_FILING_COLUMNS = (
    "accessionNumber", "form", "filingDate", "reportDate", "acceptanceDateTime", "items", "primaryDocument",
    "primaryDocDescription",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Registrant:
    """One company of `company_tickers.json`, with all its tickers; `cik` has no leading zeros."""

    cik: str
    title: str
    tickers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name a registrant gave up, with the index of its entry; days as far as EDGAR tells them."""

    name: str
    since: date | None
    until: date | None
    index: int


@dataclass(frozen=True, slots=True)
class Submissions:
    """What `submissions/CIK….json` says of a registrant. Empty strings stand for what is not told."""

    cik: str
    name: str
    entity_type: str = ""
    tickers: tuple[str, ...] = ()
    exchanges: tuple[str, ...] = ()
    sic: str = ""
    industry: str = ""
    website: str = ""
    phone: str = ""
    fiscal_year_end: str = ""
    street: str = ""
    city: str = ""
    postcode: str = ""
    place: Place = field(default_factory=Place)
    place_code: str = ""
    former_names: tuple[FormerName, ...] = ()


def parse_tickers(body: bytes) -> tuple[Registrant, ...]:
    """The registrants of `company_tickers.json`, in its order; a company has one row a ticker there.

    Raises SourceBroken where the body is no such file.
    """
    data = _object(body, "company_tickers.json")
    rows: dict[str, tuple[str, list[str]]] = {}
    for row in data.values():
        cik, title = (
            (_text(row.get("cik_str")), _text(row.get("title"))) if isinstance(row, dict) else ("", "")
        )
        if not cik.isdecimal() or not title:
            continue
        tickers = rows.setdefault(str(int(cik)), (title, []))[1]
        ticker = _text(row.get("ticker"))
        if ticker and ticker not in tickers:
            tickers.append(ticker)
    if data and not rows:
        raise SourceBroken("company_tickers.json has no rows with cik_str and title any more.")
    return tuple(Registrant(cik, title, tuple(tickers)) for cik, (title, tickers) in rows.items())


def parse_submissions(body: bytes) -> Submissions:
    """The registrant of a submissions file. Raises SourceBroken where the body is none."""
    data = _object(body, "a submissions file")
    cik, name = _text(data.get("cik")), _text(data.get("name"))
    if not cik.isdecimal() or not name:
        raise SourceBroken("A submissions file without cik and name cannot be read.")
    addresses = data.get("addresses")
    business = addresses.get("business") if isinstance(addresses, dict) else None
    business = business if isinstance(business, dict) else {}
    code = _text(business.get("stateOrCountry"))
    streets = (_text(business.get("street1")), _text(business.get("street2")))
    return Submissions(
        cik=str(int(cik)),
        name=name,
        entity_type=_text(data.get("entityType")),
        tickers=_texts(data.get("tickers")),
        exchanges=_texts(data.get("exchanges")),
        sic=_text(data.get("sic")),
        industry=_text(data.get("sicDescription")),
        website=_text(data.get("website")),
        phone=_text(data.get("phone")),
        fiscal_year_end=_text(data.get("fiscalYearEnd")),
        street=", ".join(part for part in streets if part),
        city=_text(business.get("city")),
        postcode=_text(business.get("zipCode")),
        place=place_of(
            code, _text(business.get("stateOrCountryDescription")) or _text(business.get("country"))
        ),
        place_code=code,
        former_names=tuple(_former_names(data.get("formerNames"))),
    )


def parse_filings(body: bytes) -> Iterator[dict[str, str]]:
    """The filings of a submissions file (or of one of its older parts), newest first as EDGAR lists them."""
    data = _object(body, "a submissions file")
    filings = data.get("filings")
    recent = filings.get("recent") if isinstance(filings, dict) else data
    columns = {name: _list(recent.get(name)) for name in _FILING_COLUMNS} if isinstance(recent, dict) else {}
    count = len(columns.get("accessionNumber", []))
    for i in range(count):
        yield {name: _text(column[i]) if i < len(column) else "" for name, column in columns.items()}


@reader("edgar-tickers")
def read_tickers(body: bytes) -> Iterator[dict[str, Any]]:
    """Records of `company_tickers.json`: one a company."""
    for row in parse_tickers(body):
        yield {"cik": row.cik, "title": row.title, "tickers": list(row.tickers)}


@reader("edgar-submissions")
def read_submissions(body: bytes) -> Iterator[dict[str, Any]]:
    """The one record of a submissions file."""
    found = parse_submissions(body)
    yield {
        "cik": found.cik, "legal_name": found.name, "entity_type": found.entity_type,
        "tickers": list(found.tickers), "exchanges": list(found.exchanges), "sic": found.sic,
        "industry": found.industry, "street": found.street, "city": found.city, "region": found.place.region,
        "postcode": found.postcode, "country": found.place.country, "phone": found.phone, "website": found.website,
        "fiscal_year_end": found.fiscal_year_end,
        "former_names": [{"name": f.name, "from": f.since, "to": f.until} for f in found.former_names],
    }  # fmt: skip


@reader("edgar-filings")
def read_filings(body: bytes) -> Iterator[dict[str, Any]]:
    """Records of a submissions file's filings: one a filing."""
    return iter(parse_filings(body))


def _former_names(entries: Any) -> Iterator[FormerName]:
    for index, entry in enumerate(_list(entries)):
        if isinstance(entry, dict) and _text(entry.get("name")):
            yield FormerName(_text(entry["name"]), _day(entry.get("from")), _day(entry.get("to")), index)


def _object(body: bytes, what: str) -> Mapping[str, Any]:
    try:
        data = load_json(body)
    except (ValueError, RecursionError) as error:
        raise SourceBroken(f"EDGAR answered with something that is not {what}.") from error
    if not isinstance(data, dict):
        raise SourceBroken(f"EDGAR answered with something that is not {what}.")
    return data


def _text(value: Any) -> str:
    """A value as tidied text; EDGAR writes null, "" and "None" for nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = tidy(str(value)[:1000]) if not isinstance(value, int) or abs(value) < 10**15 else ""
    return "" if text in ("None", "null") else text


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in map(_text, _list(value)) if text))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(_text(value)[:10])
    except ValueError:
        return None
