"""The readiness audit: what stands in the way of a good first night."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from accounts.account import Account
from accounts.catalogue import Catalogue
from accounts.clock import SystemClock
from accounts.config import Config, load_config
from accounts.values.web import registrable_domain
from crm.base import Schema
from enrichers.base import SourceContext
from enrichers.sources import active_sources
from flows.services import catalogue_for, crm_for, web_for
from warehouse.crm_state import hints_of

_JUNK = re.compile(
    r"^(test.*|n/?a|none|null|unknown|tbd|xxx+|asdf.*|同上|无|测试.*|\W*|\d{1,4})$", re.IGNORECASE
)
#: Fields whose worth makes their missing column worth telling.
_WANTED = ("website", "phone", "country", "industry")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in the way: `severity` is `problem` (mend it) or `note` (know it)."""

    code: str
    severity: str
    what: str
    remedy: str
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Audit:
    """The audit's answer: what was found, and what is ready."""

    findings: tuple[Finding, ...]
    accounts: int
    columns: dict[str, str]
    sources: tuple[str, ...]


def check(config_path: Path) -> Audit:
    """Audits configuration, CRM, accounts and sources. Raises ConfigError or CrmError where nothing can be said."""
    config = load_config(config_path)
    catalogue = catalogue_for(config)
    clock = SystemClock()
    crm = crm_for(config, catalogue, clock)
    schema = crm.describe()
    accounts = crm.pull().accounts
    sources, off = active_sources(
        config, lambda settings: SourceContext(web_for(config, clock, None), clock, settings)
    )
    findings = [
        *_about_columns(schema, catalogue), *_about_anchors(accounts), *_about_duplicates(accounts),
        *_about_junk(accounts), *_about_values(accounts, catalogue), *_about_sources(config, off),
    ]  # fmt: skip
    columns = {c.field: c.name for c in schema.columns if c.field is not None and c.exists}
    return Audit(tuple(findings), len(accounts), columns, tuple(s.name for s in sources))


def _about_columns(schema: Schema, catalogue: Catalogue) -> Iterator[Finding]:
    for warning in schema.warnings:
        yield Finding("schema", "note", warning, "")
    missing = [name for name in schema.missing(catalogue.names()) if name in _WANTED]
    if missing:
        yield Finding(
            "missing_columns", "problem", f"The CRM has no column for {', '.join(missing)}.",
            "Add them, name them under [crm.columns], or set [crm] add_columns = true.",
        )  # fmt: skip


def _about_anchors(accounts: Sequence[Account]) -> Iterator[Finding]:
    lost = [a.id for a in accounts if not any(a.get(f) for f in ("website", "domain", "uscc", "lei", "cik"))]
    if lost:
        yield Finding(
            "no_anchor", "problem", f"{len(lost)} of {len(accounts)} accounts have neither a website nor a company number.",
            "Fill one: by name alone only a registry entry of exactly that name is accepted.", tuple(lost),
        )  # fmt: skip


def _about_duplicates(accounts: Sequence[Account]) -> Iterator[Finding]:
    groups: dict[str, list[str]] = defaultdict(list)
    for account in accounts:
        domain = registrable_domain(account.get("website") or "")
        name = re.sub(r"\W", "", (account.get("name") or "").casefold())
        if domain and name:
            groups[f"{domain} {name}"].append(account.id)
    twins = {key: ids for key, ids in groups.items() if len(ids) > 1}
    for key, ids in sorted(twins.items()):
        yield Finding(
            "duplicate", "problem", f"{' and '.join(ids)} have one name and one domain ({key.split()[0]}).",
            "Merge them in the CRM; we never merge.", tuple(ids),
        )  # fmt: skip


def _about_junk(accounts: Sequence[Account]) -> Iterator[Finding]:
    junk = [a.id for a in accounts if _JUNK.match((a.get("name") or "").strip())]
    if junk:
        yield Finding(
            "junk",
            "problem",
            f"{len(junk)} accounts have a name that names nobody.",
            "Delete or name them.",
            tuple(junk),
        )


def _about_values(accounts: Sequence[Account], catalogue: Catalogue) -> Iterator[Finding]:
    wrong: dict[str, list[str]] = defaultdict(list)
    for account in accounts:
        for field, text in account.values.items():
            if field in catalogue and catalogue[field].problem(text, hints_of(account)):
                wrong[field].append(account.id)
    for field, ids in sorted(wrong.items()):
        yield Finding(
            "invalid",
            "note",
            f"{len(ids)} values of {field} are not valid.",
            "The next run looks for better ones.",
            tuple(ids),
        )


def _about_sources(config: Config, off: Sequence[tuple[str, str]]) -> Iterator[Finding]:
    for name, reason in off:
        yield Finding("source_off", "note", f"The source {name} is off: {reason}", "")
    if not config.web.contact:
        yield Finding(
            "no_contact", "problem", "No contact address is configured, and SEC EDGAR refuses requests without one.",
            'Set [web] contact = "you@example.com".',
        )  # fmt: skip
