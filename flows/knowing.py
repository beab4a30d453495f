"""What a night learns of who is who: other names and numbers, parents and branches, and accounts that may be one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from accounts.account import Account, Company
from accounts.change import ReviewAction, ReviewDecision
from accounts.family import HierarchyEdge, StatedParent
from accounts.protocols import Judgements
from flows.clustering import keep_clusters
from flows.company import company_of
from flows.identity import FORMER, NOT
from flows.learned_names import LearnedNames
from flows.proposing import proposal_rows, propose_merges
from flows.services import Services
from matchers.clusters import dedupe
from matchers.hierarchy import hierarchy
from matchers.names import parse
from warehouse.knowledge import (
    accounts_and_values,
    filled_cells,
    keep_hierarchy,
    keep_proposals,
    learn_aliases,
    stated_parents,
)

#: The cells that tell who an account is.
TELLING = (
    "name", "legal_name", "website", "domain", "email", "phone", "street", "city", "region", "postcode", "country",
    "uscc", "lei", "cik", "industry", "description",
)  # fmt: skip
_NUMBERS = ("cik", "lei", "uscc")
_NAMES = frozenset({"legal", "former", "other"})
_MOST_NAMES = 8
#: What stewards say of names comes as rows of this source; the second is the kind of a name that is not the account's.
STEWARD, DENIED = "steward", "not"
_SURE_NAME, _SURE_NUMBER = 0.6, 0.8


def know(services: Services, run_id: str) -> tuple[str, ...]:
    """Learns names, edges, clusters and proposals anew from the whole warehouse. Nothing of the CRM is changed by it.

    Returns, in words, which judgements of stewards contradict each other and were not followed.
    """
    now = services.clock.now()
    learn_aliases(services.warehouse, run_id, now)
    companies = all_companies(accounts_and_values(services.warehouse, TELLING))
    edges = hierarchy(companies, map(_stated, stated_parents(services.warehouse)))
    keep_hierarchy(services.warehouse, (_edge_row(e) | {"run_id": run_id, "noted_at": now} for e in edges))
    labels = dedupe(companies)
    kept = keep_clusters(services.warehouse, companies, labels, services.decided, services.clock)
    called: dict[str, list[str]] = defaultdict(list)
    for word in services.decided.named():
        if word.action is ReviewAction.ACCEPT:
            called[word.account_id].append(word.extras["text"])
    groups = propose_merges(companies, edges, filled_cells(services.warehouse), kept.events, called, labels)
    keep_proposals(
        services.warehouse, (row | {"run_id": run_id, "noted_at": now} for row in proposal_rows(groups))
    )
    return kept.contradictions


def all_companies(rows: Iterable[Mapping[str, Any]]) -> list[Company]:
    """The accounts as the matchers see them, from their cells."""
    cells: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        cells[row["account_id"]][row["field"]] = row["value"]
    return [company_of(Account(account_id, values)) for account_id, values in cells.items()]


def _stated(row: Mapping[str, Any]) -> StatedParent:
    source = ", ".join(row["sources"] or ()) or "unknown"
    return StatedParent(
        row["account_id"], row["field"], row["value"], row["confidence"] or 0.0, source, row["passage"] or ""
    )


def _edge_row(edge: HierarchyEdge) -> dict[str, Any]:
    return {
        "account_id": edge.account_id, "other_id": edge.other_id, "other_name": edge.other_name, "kind": edge.kind.value,
        "grade": edge.grade, "evidence": edge.evidence, "source": edge.source, "confidence": edge.confidence,
    }  # fmt: skip


def stewards_rows(said: Iterable[ReviewDecision]) -> list[dict[str, Any]]:
    """What stewards say of an account's names, as rows like those of `known_aliases.sql`."""
    kinds = {NOT: DENIED, FORMER: "former"}
    return [
        {
            "account_id": d.account_id, "kind": kinds.get(d.extras["what"], "other"), "field": "aliases",
            "text": d.extras["text"], "key": d.proposed_key, "source": STEWARD, "record_id": d.item_id, "confidence": 1.0,
        }
        for d in said
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Memory:
    """What former links taught about accounts. A record is never confirmed by what itself has said.

    `rows` are those of `known_aliases.sql`, by account.
    """

    said: Judgements
    rows: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    @classmethod
    def of(cls, services: Services, account_ids: Iterable[str]) -> Memory:
        """The memory of some accounts, fetched as it is asked for."""
        said: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in stewards_rows(services.decided.named()):
            said[row["account_id"]].insert(0, row)
        return cls(services.decided, LearnedNames(services.warehouse, account_ids, said))

    def heard_by(self, source: str) -> Judgements:
        """Judgements and names for one source's candidates: names that other sources told, surest first."""
        return _Heard(self, source)

    def names(self, account_id: str, source: str) -> tuple[str, ...]:
        """Names that accepted records of other sources gave an account."""
        denied = self.denied(account_id)
        found = (
            row["text"]
            for row in self._trusted(account_id)
            if row["kind"] in _NAMES
            and row["source"] != source
            and (row["confidence"] or 0) >= _SURE_NAME
            and not (denied and parse(row["text"]).core in denied)
        )
        return tuple(dict.fromkeys(found))[:_MOST_NAMES]

    def domains(self, account_id: str, source: str) -> tuple[str, ...]:
        """Domains that accepted records of other sources gave an account."""
        found = (
            row["text"]
            for row in self._trusted(account_id)
            if row["kind"] == "domain"
            and row["source"] != source
            and (row["confidence"] or 0) >= _SURE_NUMBER
        )
        return tuple(dict.fromkeys(found))[:_MOST_NAMES]

    def as_company(self, account: Account, source: str) -> Company:
        """The account as the matcher compares it with a source's records: with the domains that others told of it."""
        company = company_of(account)
        domains = self.domains(account.id, source)
        return replace(company, websites=(*company.websites, *domains)) if domains else company

    def denied(self, account_id: str) -> tuple[str, ...]:
        """Cores of names that a steward said are not the account's."""
        return tuple(sorted(row["key"] for row in self.rows.get(account_id, ()) if row["kind"] == DENIED))

    def with_names(self, account: Account) -> Account:
        """The account with the names that stewards gave it among its aliases, so that texts and sources know it by them."""
        told = [
            r["text"] for r in self.rows.get(account.id, ()) if r["source"] == STEWARD and r["kind"] in _NAMES
        ]
        if not told:
            return account
        aliases = "; ".join([*filter(None, [account.get("aliases")]), *told])
        return replace(account, values={**account.values, "aliases": aliases})

    def with_numbers(self, account: Account) -> Account:
        """The account with the registry numbers its links have taught, where the CRM holds none.

        By them a source finds again what it was linked to under another name. A number told in two ways is not used.
        """
        told: dict[str, dict[str, str]] = defaultdict(dict)
        for row in self._trusted(account.id):
            if row["field"] in _NUMBERS and (row["confidence"] or 0) >= _SURE_NUMBER:
                told[row["field"]].setdefault(row["key"], row["text"])
        known = {
            name: next(iter(keys.values()))
            for name, keys in told.items()
            if len(keys) == 1 and not account.get(name)
        }
        return replace(account, values={**account.values, **known}) if known else account

    def _trusted(self, account_id: str) -> Iterable[Mapping[str, Any]]:
        """What was told of an account by records that no steward has denied."""
        return (
            row
            for row in self.rows.get(account_id, ())
            if self.said.judged(account_id, row["source"], row["record_id"]) is not False
        )


@dataclass(frozen=True, slots=True)
class _Heard:
    """`accounts.protocols.Judgements` for one source's candidates."""

    memory: Memory
    source: str

    def judged(self, account_id: str, source: str, record_id: str) -> bool | None:
        """A steward's word on whether a source's record is the account."""
        return self.memory.said.judged(account_id, source, record_id)

    def aliases(self, account_id: str) -> Iterable[str]:
        """Other names of an account: what stewards taught, then what other sources told."""
        told = (*self.memory.said.aliases(account_id), *self.memory.names(account_id, self.source))
        return tuple(dict.fromkeys(told))
