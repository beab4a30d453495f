"""What Chinese registry services (工商信息) say, in one shape, and the observations and signals of it.

Both services sell what the national register publishes: legal representative, capital, status, scope, shareholders, changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from accounts.account import Account, Company
from accounts.observation import Evidence, Signal
from accounts.values.identifier import uscc_checks
from enrichers.observe import passage
from enrichers.registry.register import Said
from enrichers.web.response import Response

_COMPANY = re.compile(r"(?:公司|集团|厂|合伙|中心|基金|企业|Inc\.?|Ltd\.?|Limited|LLC|GmbH)")
_MAJORITY = 50.0
_CHANGES = (
    (
        re.compile(r"法定代表人|负责人变更|执行事务合伙人|高级管理人员|董事.{0,6}备案|主要人员|总经理"),
        "executive_change",
    ),
    (re.compile(r"名称变更|企业名称|^名称"), "renaming"),
    (re.compile(r"住所|地址|经营场所"), "relocation"),
    (re.compile(r"注册资本|投资总额|资本"), "capital_change"),
    (re.compile(r"投资人|股东|股权|出资"), "shareholder_change"),
    (re.compile(r"注销|清算|吊销"), "closure"),
)
CHANGE_CLASSES = frozenset(name for _, name in _CHANGES)
_RECENT_DAYS = 365


@dataclass(frozen=True, slots=True)
class Change:
    """One change in the register (工商变更)."""

    item: str
    on: date | None
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Holder:
    """A shareholder with the share held, in percent; None where it is not told."""

    name: str
    percent: float | None


@dataclass(frozen=True, slots=True)
class ChineseRecord:
    """A registration; empty strings stand for what is not told."""

    id: str
    name: str
    uscc: str = ""
    number: str = ""
    representative: str = ""
    capital: str = ""
    status: str = ""
    founded: str = ""
    form: str = ""
    scope: str = ""
    address: str = ""
    industry: str = ""
    staff: str = ""
    phone: str = ""
    website: str = ""
    former_names: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    holders: tuple[Holder, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def company(self) -> Company:
        """The company as registered, for the matcher."""
        numbers = {"uscc": self.uscc} if self.uscc else {}
        return Company(
            self.id, (self.name, *self.former_names), websites=(self.website,) if self.website else (),
            phones=(self.phone,) if self.phone else (), address={"country": "CN"} | ({"street": self.address} if self.address else {}),
            identifiers=numbers, industry=self.industry or None,
        )  # fmt: skip


def said_of(record: ChineseRecord) -> Iterator[Said]:
    """Everything a registration says about catalogue fields."""
    told = (
        ("legal_name", record.name, "企业名称", 0.97), ("company_number", record.number, "注册号", 0.9),
        ("legal_representative", record.representative, "法定代表人", 0.93), ("registered_capital", record.capital, "注册资本", 0.95),
        ("registration_status", record.status, "登记状态", 0.95), ("founded", record.founded[:4], "成立日期", 0.9),
        ("ownership", record.form, "企业类型", 0.9), ("business_scope", record.scope, "经营范围", 0.93),
        ("street", record.address, "注册地址", 0.65), ("industry", record.industry, "所属行业", 0.8),
        ("employees_band", record.staff, "人员规模", 0.7), ("phone", record.phone, "电话", 0.5), ("website", record.website, "网址", 0.55),
    )  # fmt: skip
    if record.uscc:
        sure = 0.98 if uscc_checks(record.uscc) else 0.3
        yield Said("uscc", record.uscc, "统一社会信用代码", f"统一社会信用代码：{record.uscc}", sure)
    for field, text, label, sure in told:
        yield Said(field, text, label, f"{label}：{text[:500]}", sure)
    for name in record.former_names:
        yield Said("former_names", name, "曾用名", f"曾用名：{name}", 0.93)
    for tag in record.tags:
        yield Said("tags", tag, "企业标签", f"企业标签：{tag}", 0.7)
    holder = max(record.holders, key=lambda h: h.percent or 0.0, default=None)
    if holder and (holder.percent or 0.0) > _MAJORITY and _COMPANY.search(holder.name):
        yield Said("parent", holder.name, "股东", f"股东：{holder.name}，持股 {holder.percent:g}%", 0.85)


def signals_of(
    account: Account, source: str, extractor: str, record: ChineseRecord, response: Response, today: date
) -> Iterator[Signal]:
    """Changes in the register of the last year, as signals of their classes; each change of a day is one."""
    for change in record.changes:
        if change.on is None or not 0 <= (today - change.on).days <= _RECENT_DAYS:
            continue
        kind = next((name for pattern, name in _CHANGES if pattern.search(change.item)), None)
        if kind is None or change.before == change.after:
            continue
        shown = f"{change.on} {change.item}：{change.before[:200]} → {change.after[:200]}"
        yield Signal(
            account.id, kind, f"{record.name} {change.item} {change.on}", source, record.id,
            Evidence(response.final_url, passage(shown), response.fetched_at, "工商变更", response.body_sha256),
            0.95, extractor, response.fetched_at, happened_on=change.on,
            slots={"item": change.item, "before": change.before[:300], "after": change.after[:300]},
        )  # fmt: skip
