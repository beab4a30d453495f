"""企查查 open API: the registration of a Chinese company, paid by the call; the user's own key.

Contract as its documents show it (openapi.qcc.com); the authentication header and the lists of shareholders and changes are
unconfirmed. Status stands in the body, HTTP says 200 to everything. Key: `AppKey:SecretKey`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from accounts.errors import QuotaExhausted, SourceBroken
from enrichers.base import source
from enrichers.readers import reader
from enrichers.registry.chinese_ask import ChineseRegister
from enrichers.registry.chinese_record import Change, ChineseRecord, Holder, said_of
from enrichers.registry.register import Asked
from enrichers.shapes import day, dig, load_object, objects, text, texts
from enrichers.web.response import Response

API = "https://api.qichacha.com/EnterpriseInfo/Verify"
_NOTHING = "201"


@source
class Qichacha(ChineseRegister):
    """Asks by 统一社会信用代码, else by the full Chinese name; one call answers both search and read."""

    name = "qichacha"
    extractor = "qichacha/1"
    cost = 0.2
    licence = "by the user's contract with 企查查"
    key_env = "QICHACHA_KEY"

    def _address(self, asked_for: str) -> str:
        return f"{self._context.settings.get('api', API)}?{urlencode({'searchKey': asked_for})}"

    def _fetch(self, url: str, asked: Asked) -> Response | None:
        app, _, secret = self._key.partition(":")
        at = str(int(self._context.clock.now().timestamp()))
        token = hashlib.md5(f"{app}{at}{secret}".encode(), usedforsecurity=False).hexdigest().upper()
        return self._get(
            asked,
            url,
            headers={"Token": token, "Timespan": at},
            secrets={"key": app} if app else None,
            keep=True,
        )

    def _parse(self, body: bytes) -> ChineseRecord | None:
        return parse_record(body)


def parse_record(body: bytes) -> ChineseRecord | None:
    """The registration in an answer; None where there is none.

    Raises QuotaExhausted where the key or the balance is refused, SourceBroken where the body is no answer.
    """
    data = load_object(body, "an answer of 企查查")
    status = text(data.get("Status"))
    if status == _NOTHING:
        return None
    if status != "200":
        if not status:
            raise SourceBroken("The answer is not an answer of 企查查: it has no Status.")
        raise QuotaExhausted(
            f"企查查 refuses with status {status}: {text(data.get('Message'), 100)}.",
            remedy="Check the key, the balance and the interfaces bought.",
        )
    result = data.get("Result")
    found = dig(result, "Data") if isinstance(dig(result, "Data"), dict) else result
    name = text(dig(found, "Name"))
    return _record(found, name) if isinstance(found, dict) and name else None


def _record(found: Mapping[str, Any], name: str) -> ChineseRecord:
    changes = objects(found.get("ChangeRecords")) or objects(found.get("ChangeList"))
    return ChineseRecord(
        id=text(found.get("CreditCode")) or text(found.get("KeyNo")) or name,
        name=name,
        uscc=text(found.get("CreditCode")),
        number=text(found.get("No")),
        representative=text(found.get("OperName")) or text(dig(found, "Oper", "Name")),
        capital=text(found.get("RegistCapi")),
        status=text(found.get("Status")),
        founded=text(found.get("StartDate"))[:10],
        form=text(found.get("EconKind")),
        scope=text(found.get("Scope")),
        address=text(found.get("Address")),
        industry=text(dig(found, "Industry", "Industry")) or text(dig(found, "Industry", "SubIndustry")),
        staff=text(found.get("PersonScope")),
        phone=text(dig(found, "ContactInfo", "PhoneNumber")),
        website=text(dig(found, "ContactInfo", "WebSite", 0, "Url")),
        former_names=tuple(t for o in objects(found.get("OriginalName")) if (t := text(o.get("Name")))),
        tags=texts(found.get("Tags")) or tuple(t for o in objects(found.get("TagList")) if (t := text(o.get("Name")))),
        holders=tuple(Holder(text(p.get("StockName")), percent(text(p.get("StockPercent")))) for p in objects(found.get("Partners"))),
        changes=tuple(
            Change(text(c.get("ProjectName")), day(c.get("ChangeDate")), _joined(c, "BeforeContent", "BeforeList"), _joined(c, "AfterContent", "AfterList"))
            for c in changes
        ),
    )  # fmt: skip


def percent(told: str) -> float | None:
    """A share in percent: `67.5%` or `0.675%` as written, None for nothing.

    >>> percent("67.5%"), percent("-")
    (67.5, None)
    """
    try:
        return float(told.rstrip("%"))
    except ValueError:
        return None


def _joined(change: Mapping[str, Any], one: str, many: str) -> str:
    return text(change.get(one)) or "；".join(texts(change.get(many)))


@reader("qichacha")
def read_record(body: bytes) -> Iterator[dict[str, Any]]:
    """The one registration of an answer of 企查查; none where it found none."""
    record = parse_record(body)
    if record is not None:
        yield {s.field: s.text for s in said_of(record) if s.text}
