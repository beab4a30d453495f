"""An EDGAR of invented companies, in the shapes of the real one."""

from __future__ import annotations

import json
from typing import Any

from enrichers.registry.edgar import SUBMISSIONS, TICKERS
from tests.enrichers.contract import Page

_TITLES = [
    (9000001, "MRDN", "Meridian Kettle Works, Inc."),
    (9000001, "MRDNW", "Meridian Kettle Works, Inc."),
    (9000002, "HLLW", "HOLLOW PINE ENERGY CORP /DE/"),
    (9000003, "MRCB", "Meridian Copper & Brass Corp"),
    (9000004, "QLT", "Quilted Harbor Ltd."),
    (9000005, "ACX", "ACME INDUSTRIES INC"),
    (9000006, "ACY", "Acme Holdings Limited"),
]


def tickers(titles: list[tuple[int, str, str]] | None = None) -> bytes:
    rows = [{"cik_str": cik, "ticker": t, "title": title} for cik, t, title in titles or _TITLES]
    return json.dumps({str(i): row for i, row in enumerate(rows)}).encode()


def submissions(**changes: Any) -> bytes:
    business = {
        "street1": "77 KETTLE ROW", "street2": "SUITE 5TH", "city": "PORT ANSELM", "stateOrCountry": "OH",
        "zipCode": "44101", "stateOrCountryDescription": "OH",
    }  # fmt: skip
    data = {
        "cik": "0009000001", "entityType": "operating", "sic": "3630",
        "sicDescription": "Household Appliances", "name": "Meridian Kettle Works, Inc.",
        "tickers": ["MRDN", "MRDNW"], "exchanges": ["Nasdaq", "Nasdaq"], "ein": "000000000", "website": "",
        "addresses": {"mailing": business, "business": business | changes.pop("business", {})},
        "phone": "216-555-0142",
        "formerNames": [
            {"name": "MERIDIAN TEAPOT CO", "from": "1998-03-02T00:00:00.000Z", "to": "2011-06-30T00:00:00.000Z"},
            {"name": "KETTLE ACQUISITION CORP", "from": None, "to": "1998-03-01"},
        ],
        "filings": {"recent": {"accessionNumber": ["1-2-3"], "form": ["8-K"], "filingDate": ["2026-10-01"], "items": ["5.02"]}},
        **changes,
    }  # fmt: skip
    return json.dumps(data).encode()


def url(cik: int) -> str:
    return SUBMISSIONS.format(cik=cik)


def world(**changes: Any) -> dict[str, Page]:
    pages = {
        TICKERS: Page(tickers()),
        url(9000001): Page(submissions(**changes), content_type="application/json"),
    }
    xml = b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>"
    return pages | {url(n): Page(xml, 404, "application/xml") for n in range(9000002, 9000010)}
