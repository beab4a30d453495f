"""A simulated 销售易 tenant: token, XOQL, records, description. As far as the contract is known in public; its words are ours.

Invented where nothing is public: error codes, the words of a refusal, the call limit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from demo.simulate.accounts import start_accounts
from demo.simulate.org import (
    DUPLICATE,
    GONE,
    HELD,
    HUMAN,
    LOCKED,
    READ_ONLY,
    US,
    Entry,
    Org,
    OrgClock,
    Refusal,
    Trait,
)
from demo.simulate.server import Answer, Request, Simulator, simulator

CLIENT, SECRET, USER, PASSWORD, TOKEN = (
    "client-1",
    "secret-of-the-simulator",
    "evergreen",
    "passwort12345678",
    "token-simulated-1",
)
_OBJECT, _QUERY = "/rest/data/v2.0/xobjects/account", "/rest/data/v2.0/query/xoql"
USERS = {US: 700001, HUMAN: 700052, "import": 700003}
_INDUSTRIES = {"制造业": 1, "软件": 2, "零售": 3, "金融": 4, "医疗": 5}
_CITIES = {"北京": 11, "上海": 12, "广州": 13, "深圳": 14, "杭州": 15, "苏州": 16}
_XOQL = re.compile(
    r"select (?P<columns>.+?) from account where (?P<where>.+?) order by id limit (?P<start>\d+),(?P<many>\d+)",
    re.I,
)
_OWN = ("enrLegalName__c", "enrUscc__c", "enrLastSignals__c", "enrHiringTrend__c", "enrBusinessNeeds__c", "enrTier__c",
        "enrBrief__c", "enrFreshness__c", "enrHold__c", "enrWrong__c", "enrCity__c")  # fmt: skip
_WORDS = {
    LOCKED: (1011, "数据正在被其他用户占用,请稍后重试"), HELD: (1012, "该数据处于审批中,不允许编辑"), GONE: (1013, "数据不存在或已删除"),
    DUPLICATE: (1014, "违反查重规则"), READ_ONLY: (1015, "没有字段的编辑权限"),
}  # fmt: skip


@simulator("neocrm")
def make(accounts: int = 200, clock: OrgClock | None = None, *, ours: bool = True) -> NeocrmSimulator:
    """A tenant with so many accounts; `ours` False: without our own fields."""
    org = Org(_traits(ours), clock, id_of=lambda number: str(1_473_854_063_000_000 + number))
    names = {
        "name": "accountName",
        "phone": "phone",
        "website": "url",
        "street": "address",
        "description": "comment",
    }
    for start in start_accounts(accounts):
        values: dict[str, Any] = {names[k]: v for k, v in start.values.items() if k in names}
        if "employees" in start.values:
            values["employeeNumber"] = int(start.values["employees"])
        org.add(values, start.by, org.clock.now() - timedelta(days=900 - start.number % 800))
    return NeocrmSimulator(org)


def _traits(ours: bool) -> list[Trait]:
    texts = [Trait(name, "text", name, 255) for name in ("accountName", "phone", "url", "address")]
    picks = [
        Trait("industryId", "select", "行业", options=tuple(map(str, _INDUSTRIES.values())), restricted=True),
        Trait("fCity", "select", "城市", options=tuple(map(str, _CITIES.values())), restricted=True),
        Trait("fState", "select", "省份", options=("1", "2"), restricted=True),
    ]
    rest = [Trait("employeeNumber", "integer", "人数"), Trait("annualRevenue", "currency", "年收入"),
            Trait("comment", "textarea", "备注", 2000)]  # fmt: skip
    own = [Trait(name, "text", name, 2000, custom=True) for name in _OWN] if ours else []
    own += (
        [Trait("enrScore__c", "integer", "enrScore"), Trait("enrEnrichedAt__c", "date", "enrEnrichedAt")]
        if ours
        else []
    )
    fixed = [Trait(n, "datetime", n, writable=False) for n in ("createdAt", "updatedAt")]
    return [
        *texts,
        *picks,
        *rest,
        *own,
        *fixed,
        *(Trait(n, "integer", n, writable=False) for n in ("lockStatus", "approvalStatus", "updatedBy")),
    ]


class NeocrmSimulator(Simulator):
    """One tenant behind one connected app."""

    kind = "neocrm"

    def settings(self, folder: Path) -> str:
        """A configuration that points here; secrets go into files beside it."""
        for name, text in (("secret", SECRET), ("password", PASSWORD)):
            file = folder / f"simulated-neocrm.{name}"
            file.write_text(text)
            file.chmod(0o600)
        return (
            f'[crm]\nkind = "neocrm"\nmachine_users = ["{USERS["import"]}"]\n\n[crm.options]\napi = "{self.url}"\n'
            f'login = "{self.url}/auc/oauth2/token"\nclient_id = "{CLIENT}"\nusername = "{USER}"\nuser_id = "{USERS[US]}"\n'
            f'client_secret_file = "simulated-neocrm.secret"\npassword_file = "simulated-neocrm.password"\n'
        )

    def is_write(self, request: Request) -> bool:
        """A query is a POST, too."""
        return request.method == "PATCH"

    def expired(self) -> Answer:
        """An error inside a 200, as this platform likes it."""
        return _refused(20000002, "token已失效,请重新登录")

    def throttled(self) -> Answer:
        """Too many calls a second."""
        return _refused(1010, "访问过于频繁,请稍后再试")

    def spent(self) -> Answer:
        """The day's calls are used up."""
        return _refused(1020, "当日接口调用次数已达上限")

    def answer(self, request: Request) -> Answer:
        """The reply in the platform's envelope; `code` is a text here and a number there."""
        if self.is_login(request):
            return self._token(request)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return self.expired()
        if request.path == f"{_OBJECT}/description":
            return Answer(
                200, {"code": "200", "msg": "ok", "data": {"apiKey": "account", "fields": self._fields()}}
            )
        if request.path == _QUERY and request.method == "POST":
            return self._select(request.form.get("xoql", ""))
        found = re.fullmatch(rf"{_OBJECT}/(\d+)", request.path)
        if found is not None and request.method == "PATCH":
            return self._patch(found[1], (request.json or {}).get("data") or {})
        return _refused(404, "接口不存在")

    def _token(self, request: Request) -> Answer:
        form = request.form
        good = (
            form.get("client_id"),
            form.get("client_secret"),
            form.get("username"),
            form.get("password"),
        ) == (CLIENT, SECRET, USER, PASSWORD)
        if not good:
            return Answer(400, {"error": "invalid_grant", "error_description": "用户名或密码错误"})
        return Answer(
            200,
            {
                "access_token": TOKEN,
                "token_type": "Bearer",
                "issued_at": "1700000000000",
                "instance_uri": self.url,
            },
        )

    def _fields(self) -> list[dict[str, Any]]:
        labels = {"industryId": _INDUSTRIES, "fCity": _CITIES, "fState": {"浙江": 1, "江苏": 2}}
        return [
            {
                "apiKey": t.name, "label": t.label, "itemType": t.type, "createable": t.writable, "updateable": self.org.may_write(t),
                "maxLength": t.length if t.type in ("text", "textarea") else None,
                "selectitem": [{"label": k, "value": v} for k, v in labels.get(t.name, {}).items()],
            }
            for t in self.org.visible()
        ]  # fmt: skip

    def _select(self, xoql: str) -> Answer:
        asked = _XOQL.fullmatch(xoql.strip())
        if asked is None:
            return _refused(1001, f"XOQL语法错误: {xoql[:80]}")
        columns = [name.strip() for name in asked["columns"].split(",")]
        known = {"id", *(trait.name for trait in self.org.visible())}
        unknown = [name for name in columns if name not in known]
        if unknown:
            return _refused(1002, f"字段不存在: {unknown[0]}")
        found = sorted((e for e in self.org.live() if _fits(e, asked["where"])), key=lambda e: int(e.id))
        start, many = int(asked["start"]), min(int(asked["many"]), 100)
        rows = [{name: self._shown(entry, name) for name in columns} for entry in found[start : start + many]]
        return Answer(
            200,
            {
                "code": "200",
                "msg": "ok",
                "data": {"totalSize": len(found), "count": len(rows), "records": rows},
            },
        )

    def _shown(self, entry: Entry, name: str) -> Any:
        held = {
            "id": int(entry.id), "updatedAt": _stamp(entry), "createdAt": str(int(entry.created.timestamp() * 1000)),
            "updatedBy": USERS.get(entry.modified_by, 700099), "lockStatus": 1,
            "approvalStatus": 1 if entry.id in self.org.faults.approval else 0,
        }  # fmt: skip
        value = entry.values.get(name)
        if value is not None and name in self.org.traits and self.org.traits[name].options:
            value = int(value)
        return held.get(name, value)

    def _patch(self, number: str, data: Mapping[str, Any]) -> Answer:
        picks = {name: str(v) if self._is_pick(name) and v is not None else v for name, v in data.items()}
        try:
            self.org.write(number, picks)
        except Refusal as refusal:
            code, words = _WORDS.get(refusal.code, (1016, refusal.message))
            named = f" [{', '.join(refusal.names)}]" if refusal.names else ""
            return _refused(code, f"{words}{named}")
        return Answer(200, {"code": 200, "msg": "success", "result": {"id": int(number)}})

    def _is_pick(self, name: str) -> bool:
        return name in self.org.traits and bool(self.org.traits[name].options)


def _fits(entry: Entry, where: str) -> bool:
    listed = re.search(r"id in \(([\d,]*)\)", where)
    if listed is not None:
        return entry.id in listed[1].split(",")
    above, since = re.search(r"id > (\d+)", where), re.search(r"updatedAt >= (\d+)", where)
    return (above is None or int(entry.id) > int(above[1])) and (
        since is None or int(_stamp(entry)) >= int(since[1])
    )


def _stamp(entry: Entry) -> str:
    return str(int(entry.modified.timestamp() * 1000))


def _refused(code: int, words: str) -> Answer:
    return Answer(200, {"code": code, "msg": words})
