"""销售易's manner of speaking: its envelope, its refusals, its field types. Certain only as far as `docs/neocrm.md` says.

Sources: public integrations and a community client; the vendor's own reference needs a login.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crm.remote.records import Fault, Property, Shape
from crm.remote.session import Reply

_GOOD = frozenset({"0", "200"})
#: What a refusal's words mean, first match wins; codes differ by endpoint and are not documented in public.
_MEANINGS = (
    (re.compile(r"每日|当日.*(?:上限|次数)|daily|日调用", re.I), Fault.BUDGET_SPENT),
    (re.compile(r"频繁|限流|too many|rate|qps|并发", re.I), Fault.THROTTLED),
    (re.compile(r"token|登录|未授权|unauthori[sz]ed|认证", re.I), Fault.AUTH_EXPIRED),
    (re.compile(r"审批|approval|锁定|locked", re.I), Fault.HELD),
    (re.compile(r"正在被|占用|lock wait|deadlock", re.I), Fault.LOCKED_ROW),
    (re.compile(r"不存在|已删除|not exist|not found|deleted", re.I), Fault.GONE),
    (re.compile(r"重复|查重|duplicat", re.I), Fault.DUPLICATE),
    (re.compile(r"权限|permission|forbidden", re.I), Fault.PERMISSION),
)
_SHAPES = {
    "text": Shape.TEXT, "string": Shape.TEXT, "textarea": Shape.LONG_TEXT, "select": Shape.PICKLIST, "picklist": Shape.PICKLIST,
    "check": Shape.MULTI_PICKLIST, "multipicklist": Shape.MULTI_PICKLIST, "integer": Shape.INTEGER, "long": Shape.INTEGER,
    "float": Shape.NUMBER, "real": Shape.NUMBER, "currency": Shape.NUMBER, "percent": Shape.NUMBER, "date": Shape.DATE,
    "datetime": Shape.MOMENT, "boolean": Shape.BOOLEAN, "phone": Shape.PHONE, "email": Shape.EMAIL, "url": Shape.URL,
    "reference": Shape.REFERENCE, "lookup": Shape.REFERENCE,
}  # fmt: skip


def envelope(reply: Reply) -> tuple[str, str]:
    """Code and message, wherever and in whatever type they come; ("200", "") for a body without a code."""
    body = reply.body if isinstance(reply.body, Mapping) else {}
    code = body.get(
        "code", body.get("error_code", body.get("error", "200" if reply.status < 400 else reply.status))
    )
    said = body.get("msg") or body.get("message") or body.get("error_description") or ""
    return str(code), str(said)


def fault_of(reply: Reply) -> Fault | None:
    """What an answer means: a status of 200 says nothing, the code inside does."""
    code, said = envelope(reply)
    if reply.status < 400 and code in _GOOD:
        return None
    if reply.status == 429:
        return Fault.BUDGET_SPENT if _MEANINGS[0][0].search(said) else Fault.THROTTLED
    if reply.status >= 500:
        return Fault.TRANSIENT
    if reply.status in (401, 403) and not said:
        return Fault.AUTH_EXPIRED if reply.status == 401 else Fault.PERMISSION
    return next((fault for words, fault in _MEANINGS if words.search(said)), Fault.VALIDATION)


def words_of(reply: Reply) -> str:
    """The vendor's own text with its code."""
    code, said = envelope(reply)
    return f"{said} ({code})" if said else reply.text


def payload(reply: Reply) -> Any:
    """What an answer carries: under `data`, `result`, or at the top."""
    body = reply.body if isinstance(reply.body, Mapping) else {}
    return body.get("data", body.get("result", body))


def property_of(told: Mapping[str, Any]) -> Property:
    """A field as the object's description tells it. Pick lists hold numbers; here they go by their labels."""
    kind = str(told.get("type") or told.get("itemType") or "").lower()
    shape = _SHAPES.get(kind, Shape.OTHER)
    options = {
        str(o["label"]): str(o["value"]) for o in told.get("selectitem") or told.get("checkitem") or ()
    }
    length = told.get("maxLength") or told.get("length")
    return Property(
        str(told["apiKey"]), shape, str(told.get("label") or ""), bool(told.get("updateable", True)), options,
        bool(options), int(length) if length else None, custom=str(told["apiKey"]).endswith("__c"), raw=kind,
    )  # fmt: skip
