"""Answers of registers about invented companies, in the shapes of the real ones."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from accounts.values.identifier import lei_checks, uscc_checks
from tests.enrichers.contract import Page


def _lei(stem: str) -> str:
    """An identifier with the check digits that belong to it."""
    return next(lei for n in range(100) if lei_checks(lei := f"{stem}{n:02d}"))


def _uscc(stem: str) -> str:
    return next(code for c in "0123456789ABCDEFGHJKLMNPQRTUWXY" if uscc_checks(code := f"{stem}{c}"))


LEI, PARENT = _lei("9999000KETTLE00A11"), _lei("9999000NORTHR00B22")
USCC = _uscc("91330100MA2XK7P04")


def page(value: Any, status: int = 200) -> Page:
    return Page(json.dumps(value, ensure_ascii=False).encode(), status, "application/json")


def lei_record(lei: str, name: str, **entity: Any) -> dict[str, Any]:
    address = {
        "addressLines": ["Lakeside 9"],
        "city": "Leeds",
        "region": "GB-LDS",
        "country": "GB",
        "postalCode": "LS1 1AA",
    }
    return {
        "type": "lei-records", "id": lei,
        "attributes": {
            "lei": lei,
            "entity": {
                "legalName": {"name": name, "language": "en"}, "otherNames": [{"name": "Teapot Works Ltd", "type": "PREVIOUS_LEGAL_NAME"}],
                "legalAddress": address, "headquartersAddress": address, "registeredAs": "01234567", "registeredAt": {"id": "RA000585"},
                "jurisdiction": "GB", "status": "ACTIVE", "creationDate": "1998-04-01T00:00:00Z", **entity,
            },
            "registration": {"status": "LAPSED"},
        },
    }  # fmt: skip


PROFILE = {
    "company_name": "KETTLE WORKS LIMITED", "company_number": "01234567", "company_status": "active", "type": "ltd",
    "date_of_creation": "1998-04-01", "sic_codes": ["27510"], "registered_office_address": {"address_line_1": "Lakeside 9", "locality": "Leeds", "postal_code": "LS1 1AA", "country": "England"},
    "previous_company_names": [{"name": "TEAPOT WORKS LIMITED", "effective_from": "1998-04-01", "ceased_on": "2009-02-03"}],
}  # fmt: skip
OFFICERS = {"items": [
    {"name": "QUILL, Mara Jane", "officer_role": "director", "appointed_on": "2020-01-01"},
    {"name": "OLDMAN, Rex", "officer_role": "director", "resigned_on": "2019-01-01"},
]}  # fmt: skip
OPEN_COMPANY = {
    "name": "KETTLE WORKS LIMITED", "company_number": "01234567", "jurisdiction_code": "gb", "incorporation_date": "1998-04-01",
    "company_type": "Private Limited Company", "current_status": "Active", "previous_names": [{"company_name": "TEAPOT WORKS LIMITED"}],
    "source": {"publisher": "UK Companies House"},
}  # fmt: skip

QCC = {
    "Status": "200", "Message": "【有效请求】查询成功", "OrderNumber": "ENTERPRISEINFO1",
    "Result": {"VerifyResult": 1, "Data": {
        "KeyNo": "k1", "Name": "兰亭精密机械有限公司", "CreditCode": USCC, "OperName": "顾青山", "Status": "存续（在营、开业、在册）",
        "StartDate": "2004-05-06 00:00:00", "RegistCapi": "5000万元人民币", "EconKind": "有限责任公司", "Scope": "精密机械制造；货物进出口",
        "Address": "杭州市湖滨路9号", "OriginalName": [{"Name": "兰亭机械厂"}],
        "Partners": [{"StockName": "北岭集团有限公司", "StockPercent": "67.5%"}, {"StockName": "顾青山", "StockPercent": "32.5%"}],
        "ChangeRecords": [
            {"ProjectName": "法定代表人变更", "ChangeDate": "2026-10-12", "BeforeContent": "陆长风", "AfterContent": "顾青山"},
            {"ProjectName": "注册资本变更", "ChangeDate": "2026-09-01", "BeforeContent": "3000万", "AfterContent": "5000万"},
            {"ProjectName": "住所变更", "ChangeDate": "2011-09-01", "BeforeContent": "甲", "AfterContent": "乙"},
        ],
    }},
}  # fmt: skip
TYC = {"error_code": 0, "reason": "ok", "result": {
    "id": 7, "name": "兰亭精密机械有限公司", "creditCode": USCC, "regNumber": "330100000012345", "legalPersonName": "顾青山", "regStatus": "存续",
    "regCapital": "5000万人民币", "estiblishTime": 1083772800000, "companyOrgType": "有限责任公司", "industry": "通用设备制造业",
    "staffNumRange": "100-199人", "regLocation": "杭州市湖滨路9号", "businessScope": "精密机械制造", "websiteList": "www.lanting.test",
    "historyNames": "兰亭机械厂;", "tags": "高新技术企业;存续",
}}  # fmt: skip
TYC_CHANGES = {"error_code": 0, "result": {"items": [{"changeItem": "名称变更", "changeTime": "2026-08-01", "contentBefore": "兰亭机械厂", "contentAfter": "兰亭精密机械有限公司"}]}}  # fmt: skip


def claim(
    value: Any, *, on: str = "", rank: str = "normal", referenced: bool = True, **qualifiers: Any
) -> dict[str, Any]:
    made: dict[str, Any] = {"mainsnak": {"snaktype": "value", "datavalue": {"value": value}}, "rank": rank}
    if on:
        qualifiers["P585"] = {"time": f"+{on}T00:00:00Z", "precision": 11}
    if qualifiers:
        made["qualifiers"] = {p: [{"datavalue": {"value": v}}] for p, v in qualifiers.items()}
    if referenced:
        made["references"] = [{"snaks": {"P854": [{}]}}]
    return made


KETTLE_ITEM = {
    "id": "Q900001", "labels": {"en": {"language": "en", "value": "Kettle Works"}, "zh": {"language": "zh", "value": "壶业"}},
    "aliases": {"en": [{"language": "en", "value": "KW"}]}, "descriptions": {"en": {"language": "en", "value": "maker of kettles"}},
    "claims": {
        "P856": [claim("https://kettleworks.test/")],
        "P1128": [claim({"amount": "+900", "unit": "1"}, on="2015-01-01"), claim({"amount": "+1200", "unit": "1"}, on="2025-01-01")],
        "P2139": [claim({"amount": "+45000000", "unit": "http://www.wikidata.org/entity/Q25224"}, on="2025-12-31")],
        "P571": [claim({"time": "+1998-04-01T00:00:00Z", "precision": 11})],
        "P169": [claim({"id": "Q900002"}, P582={"time": "+2019-01-01T00:00:00Z"}), claim({"id": "Q900003"}, P580={"time": "+2020-01-01T00:00:00Z"})],
        "P414": [claim({"id": "Q900004"}, P249="KTL")], "P17": [claim({"id": "Q900005"})],
        "P159": [claim({"id": "Q900006"}, referenced=False)], "P1278": [claim(LEI)],
        "P749": [claim({"id": "Q900007"}, rank="deprecated")],
    },
}  # fmt: skip
LABELS = {
    "Q900003": "Mara Quill",
    "Q900004": "London Stock Exchange",
    "Q900005": "United Kingdom",
    "Q900006": "Leeds",
}


def closes(last: float, days: int = 60) -> list[tuple[date, float]]:
    """Quiet days up to Friday the 20th of November 2026, whose close is `last`."""
    end = date(2026, 11, 20)
    return [(end - timedelta(days=days - n), 100 + n % 2) for n in range(days)] + [(end, last)]


def stooq_csv(last: float) -> bytes:
    return (
        "Date,Open,High,Low,Close,Volume\r\n" + "".join(f"{d},1,1,1,{p},9\r\n" for d, p in closes(last))
    ).encode()


def alpha_json(last: float) -> dict[str, Any]:
    return {
        "Meta Data": {},
        "Time Series (Daily)": {str(d): {"1. open": "1", "4. close": str(p)} for d, p in closes(last)},
    }


INDEX = b"""Description:           Daily Index of EDGAR Dissemination Feed by Form Type
Last Data Received:    Nov 20, 2026



Form Type   Company Name                                                  CIK         Date Filed  File Name
---------------------------------------------------------------------------------------------------------------------------------------------
10-K        Quilted Harbor Ltd.                                           9000004     20261120    edgar/data/9000004/0009000004-26-000001.txt
8-K         Meridian Kettle Works, Inc.                                   9000001     20261120    edgar/data/9000001/0009000001-26-000007.txt
D           Hollow Pine Energy Corp                                       9000002     20261120    edgar/data/9000002/0009000002-26-000003.txt
"""
FACTS = {"cik": 9000001, "entityName": "Meridian Kettle Works", "facts": {
    "dei": {"EntityNumberOfEmployees": {"units": {"pure": [{"end": "2026-01-31", "val": 4200, "filed": "2026-03-20", "accn": "a-1"}]}}},
    "us-gaap": {
        "Revenues": {"units": {"USD": [
            {"start": "2025-02-01", "end": "2026-01-31", "val": 810000000, "accn": "a-1", "fy": 2025, "fp": "FY", "form": "10-K", "filed": "2026-03-20"},
            {"start": "2025-02-01", "end": "2026-01-31", "val": 812000000, "accn": "a-2", "fy": 2026, "fp": "FY", "form": "10-K/A", "filed": "2026-05-20"},
            {"start": "2025-11-01", "end": "2026-01-31", "val": 210000000, "accn": "a-1", "form": "10-K", "filed": "2026-03-20"},
        ]}},
        "SalesRevenueNet": {"units": {"USD": [{"start": "2016-02-01", "end": "2017-01-31", "val": 5, "accn": "o", "filed": "2017-03-20"}]}},
    },
}}  # fmt: skip
