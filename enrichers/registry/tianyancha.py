"""天眼查 open API: the registration of a Chinese company, paid by the call; the user's own token.

Contract from clients of others: the exact set of fields, and the codes beside 0 and 300000, are unconfirmed. HTTP says 200 to errors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from accounts.errors import QuotaExhausted, SourceBroken
from enrichers.base import source
from enrichers.readers import reader
from enrichers.registry.chinese_ask import ChineseRegister
from enrichers.registry.chinese_record import Change, ChineseRecord, Holder, said_of
from enrichers.registry.qichacha import percent
from enrichers.registry.register import Asked
from enrichers.shapes import day, dig, items, load_object, moment, objects, text, texts, whole
from enrichers.web.response import Response

API = "http://open.api.tianyancha.com/services/open/ic"
_BASE, _CHANGES, _HOLDERS = "baseinfo/normal", "changeinfo/2.0", "holder/2.0"
_NOTHING = 300000


@source
class Tianyancha(ChineseRegister):
    """Asks by 统一社会信用代码, else by the full Chinese name. Settings: `changes`, `holders` (false; one paid call each)."""

    name = "tianyancha"
    extractor = "tianyancha/1"
    cost = 0.15
    licence = "by the user's contract with 天眼查"
    key_env = "TIANYANCHA_TOKEN"

    def _address(self, asked_for: str) -> str:
        return f"{API}/{_BASE}?{urlencode({'keyword': asked_for})}"

    def _fetch(self, url: str, asked: Asked) -> Response | None:
        return self._get(asked, url, headers={"Authorization": self._key}, keep=True)

    def _calls(self) -> int:
        settings = self._context.settings
        return 1 + bool(settings.get("changes", False)) + bool(settings.get("holders", False))

    def _parse(self, body: bytes) -> ChineseRecord | None:
        return parse_record(body)

    def _completed(self, record: ChineseRecord, asked: Asked) -> ChineseRecord:
        """The record with shareholders and changes, where the user pays for them."""
        settings = self._context.settings
        question = urlencode({"keyword": record.name})
        if settings.get("changes", False):
            response = self._fetch(f"{API}/{_CHANGES}?{question}", asked)
            record = replace(record, changes=parse_changes(response.body) if response else ())
        if settings.get("holders", False):
            response = self._fetch(f"{API}/{_HOLDERS}?{question}", asked)
            record = replace(record, holders=parse_holders(response.body) if response else ())
        return record


def parse_result(body: bytes) -> Mapping[str, Any] | None:
    """What an answer holds; None where 天眼查 found nothing.

    Raises QuotaExhausted where the token or the quota is refused, SourceBroken where the body is no answer.
    """
    data = load_object(body, "an answer of 天眼查")
    code = whole(data.get("error_code"))
    if code is None:
        raise SourceBroken("The answer is not an answer of 天眼查: it has no error_code.")
    if code == _NOTHING:
        return None
    if code != 0:
        raise QuotaExhausted(
            f"天眼查 refuses with code {code}: {text(data.get('reason'), 100)}.",
            remedy="Check the token, the quota and the interfaces bought.",
        )
    result = data.get("result")
    return result if isinstance(result, dict) else None


def parse_record(body: bytes) -> ChineseRecord | None:
    """The registration in an answer of `baseinfo`. Raises as `parse_result`."""
    found = parse_result(body)
    name = text(dig(found, "name"))
    if found is None or not name:
        return None
    since = moment(found.get("estiblishTime"))  # their spelling
    sites = found.get("websiteList")
    former = found.get("historyNameList")
    return ChineseRecord(
        id=text(found.get("creditCode")) or text(found.get("id")) or name,
        name=name,
        uscc=text(found.get("creditCode")),
        number=text(found.get("regNumber")),
        representative=text(found.get("legalPersonName")),
        capital=text(found.get("regCapital")),
        status=text(found.get("regStatus")),
        founded=since.date().isoformat() if since else text(found.get("estiblishTime"))[:10],
        form=text(found.get("companyOrgType")),
        scope=text(found.get("businessScope")),
        address=text(found.get("regLocation")),
        industry=text(dig(found, "industryAll", "categoryMiddle")) or text(found.get("industry")),
        staff=text(found.get("staffNumRange")).removesuffix("人"),
        phone=text(found.get("phoneNumber")).split(";")[0],
        website=(text(sites) if isinstance(sites, str) else next(iter(texts(sites)), "")).split(";")[0],
        former_names=texts(former) or tuple(t for t in text(found.get("historyNames")).split(";") if t),
        tags=tuple(t for t in text(found.get("tags")).split(";") if t),
    )


def parse_changes(body: bytes) -> tuple[Change, ...]:
    """The changes in an answer of `changeinfo`. Raises as `parse_result`."""
    rows = objects(items(dig(parse_result(body), "items")))
    return tuple(
        Change(text(c.get("changeItem")), day(c.get("changeTime")), text(c.get("contentBefore")), text(c.get("contentAfter")))
        for c in rows
    )  # fmt: skip


def parse_holders(body: bytes) -> tuple[Holder, ...]:
    """The shareholders in an answer of `holder`. Raises as `parse_result`."""
    rows = objects(items(dig(parse_result(body), "items")))
    return tuple(Holder(text(h.get("name")), percent(text(dig(h, "capital", 0, "percent")))) for h in rows)


@reader("tianyancha")
def read_record(body: bytes) -> Iterator[dict[str, Any]]:
    """The one registration of an answer of 天眼查; none where it found none."""
    record = parse_record(body)
    if record is not None:
        yield {s.field: s.text for s in said_of(record) if s.text}
