"""Registries in their own shapes: SEC EDGAR for listed companies, GLEIF for those with an LEI."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from demo.companies import Firm, Standing

TICKERS_URL = "https://www.sec.gov/files/company_tickers.json"
SUBMISSIONS_URL = "https://data.sec.gov/submissions/CIK{:010d}.json"
LEI_URL = "https://api.gleif.org/api/v1/lei-records/{}"
_SHORT = ((", Inc.", " Inc"), (" Inc.", " Inc"), (", LLC", " LLC"), (" Corp.", " Corp"), (" Co.", " Co"))


def conformed_name(firm: Firm) -> str:
    """The name as EDGAR writes it: no points, no comma before the form."""
    name = firm.naming.legal_name
    for ending, short in _SHORT:
        if name.endswith(ending):
            return name.removesuffix(ending) + short
    return name


def tickers(listed: Iterable[Firm]) -> bytes:
    """`company_tickers.json` of all listed companies."""
    rows = ({"cik_str": f.cik, "ticker": f.ticker, "title": conformed_name(f)} for f in listed)
    return json.dumps({str(i): row for i, row in enumerate(rows)}).encode()


def submissions(firm: Firm) -> bytes:
    """`submissions/CIK….json` of a listed company, with two filings."""
    code, said = firm.naming.trade["sic"]
    street, _, suite = firm.street.upper().partition(", ")
    address = {
        "street1": street, "street2": suite or None, "city": firm.place.city.upper(),
        "stateOrCountry": firm.place.region, "zipCode": firm.place.postcode,
        "stateOrCountryDescription": firm.place.region,
    }  # fmt: skip
    former = [
        {"name": name.upper(), "from": "2001-01-02T00:00:00.000Z", "to": "2026-11-01T00:00:00.000Z"}
        for name in firm.old_names
    ]
    body: dict[str, Any] = {
        "cik": f"{firm.cik:010d}", "entityType": "operating", "sic": code, "sicDescription": said,
        "name": conformed_name(firm), "tickers": [firm.ticker], "exchanges": ["NYSE" if firm.number % 2 else "Nasdaq"],
        "ein": None, "lei": firm.lei or None, "description": "", "website": "", "investorWebsite": "",
        "category": "Accelerated filer", "fiscalYearEnd": "1231", "stateOfIncorporation": "DE",
        "addresses": {"mailing": address, "business": address}, "phone": firm.phone.printed(1), "flags": "",
        "formerNames": former, "filings": {"recent": _filings(firm), "files": []},
    }  # fmt: skip
    return json.dumps(body).encode()


def _filings(firm: Firm) -> dict[str, list[Any]]:
    number = f"{firm.cik:010d}-26-"
    return {
        "accessionNumber": [number + "000031", number + "000019"], "filingDate": ["2026-11-03", "2026-08-04"],
        "reportDate": ["2026-09-30", "2026-08-01"],
        "acceptanceDateTime": ["2026-11-03T21:05:11.000Z", "2026-08-04T20:31:40.000Z"], "act": ["34", "34"],
        "form": ["10-Q", "8-K"], "fileNumber": ["", ""], "filmNumber": ["", ""], "items": ["", "2.02,9.01"],
        "size": [5_120_331, 210_442], "isXBRL": [1, 1], "isInlineXBRL": [1, 1],
        "primaryDocument": ["q3.htm", "8k.htm"], "primaryDocDescription": ["10-Q", "8-K"],
    }  # fmt: skip


def lei_record(firm: Firm, now: datetime) -> bytes:
    """One GLEIF record. A closed company's is inactive; its LEI lapses."""
    chinese = firm.chinese
    address = {
        "language": "zh" if chinese else "en", "addressLines": [firm.district + firm.street], "city": firm.place.city,
        "region": None, "country": firm.country, "postalCode": firm.place.postcode,
    }  # fmt: skip
    gone = firm.standing is not Standing.ACTIVE
    entity = {
        "legalName": {"name": firm.naming.legal_name, "language": "zh" if chinese else "en"},
        "otherNames": [{"name": n, "language": None, "type": "PREVIOUS_LEGAL_NAME"} for n in firm.old_names],
        "transliteratedOtherNames": [], "legalAddress": address, "headquartersAddress": address,
        "registeredAt": {"id": "RA999999", "other": None}, "registeredAs": firm.uscc or str(firm.number),
        "jurisdiction": firm.country, "category": "GENERAL", "status": "INACTIVE" if gone else "ACTIVE",
        "successorEntities": [], "creationDate": f"{firm.founded}-01-01T00:00:00Z",
    }  # fmt: skip
    registration = {
        "initialRegistrationDate": "2018-03-01T00:00:00Z", "lastUpdateDate": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "status": "LAPSED" if gone else "ISSUED", "nextRenewalDate": "2027-03-01T00:00:00Z",
        "corroborationLevel": "FULLY_CORROBORATED",
    }  # fmt: skip
    data = {
        "type": "lei-records", "id": firm.lei,
        "attributes": {"lei": firm.lei, "entity": entity, "registration": registration},
    }  # fmt: skip
    return json.dumps({"data": data}, ensure_ascii=False).encode()
