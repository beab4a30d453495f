"""Learning on the user's own accounts: how often values change, how lively each account is, how far sources are believed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from accounts.catalogue import Catalogue, shipped_catalogue
from accounts.change import ReviewAction, ReviewDecision
from accounts.clock import Clock
from intelligence.change_rates import Kind, Looks, Rate, fit_paces, fit_rates
from intelligence.reliability import Claim, learn_reliability
from warehouse.rates import account_histories, keep_rates, looks_by_kind, note_looks
from warehouse.reliability import audited, keep_reliability, spoken_claims
from warehouse.staleness import Offer
from warehouse.store import Warehouse

#: What the CRM held before us speaks as a source, and is none that survivorship asks.
CRM = "crm"
_RULINGS = {ReviewAction.ACCEPT: True, ReviewAction.KEEP: False, ReviewAction.REJECT: False}


def learn(
    warehouse: Warehouse, run_id: str, offers: Iterable[Offer], catalogue: Catalogue, clock: Clock
) -> None:
    """Takes a run's looks in and learns the rates of change anew."""
    note_looks(warehouse, run_id, offers)
    rates = learn_rates(warehouse, {f.name: f.ttl_days for f in catalogue})
    now = clock.now()
    keep_rates(
        warehouse,
        (
            {
                "segment": kind.segment, "source": kind.source, "field": kind.field, "blank": kind.blank,
                "rate": rate.rate, "looks": rate.looks, "changes": rate.changes, "noted_at": now,
            }
            for kind, rate in rates.items()
        ),
    )  # fmt: skip


def learn_rates(warehouse: Warehouse, ttl_days: dict[str, int]) -> dict[Kind, Rate]:
    """The rate of every kind of look the warehouse has seen."""
    looks: dict[Kind, list[Looks]] = defaultdict(list)
    for row in looks_by_kind(warehouse):
        kind = Kind(row["segment"], row["source"], row["field"], row["blank"])
        looks[kind].append(Looks(row["days"], row["looks"], row["changes"]))
    return fit_rates(looks, ttl_days)


def learn_paces(warehouse: Warehouse) -> list[dict[str, Any]]:
    """How much faster or slower each account changes than what it shows would let expect: rows of account_id, source, pace.

    Learned from its own changes, its size and age, and how often its pages change at all.
    """
    watched: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in account_histories(warehouse):
        watched[row["source"]].append(row)
    paces = []
    for rows in watched.values():
        found = fit_paces(
            [(r["days"] * r["rate"], r["changes"]) for r in rows], [tuple(r["traits"]) for r in rows]
        )
        paces += [
            {"account_id": r["account_id"], "source": r["source"], "pace": p}
            for r, p in zip(rows, found, strict=True)
        ]
    return paces


def learn_trust(
    warehouse: Warehouse,
    decisions: Iterable[ReviewDecision],
    clock: Clock,
    catalogue: Catalogue | None = None,
) -> None:
    """Learns how far each source is to be believed about each field; survivorship reads it.

    From people: what we wrote that they left alone or took out, what stewards accepted or turned down, what was right on
    the sheets of audits; and from sources that speak of the same value, what imports left in the CRM among them. Where a field is worded freely, other words in the
    CRM say nothing.
    """
    worded = {f.name for f in catalogue or shipped_catalogue() if f.free_wording}
    rulings = [
        {"account_id": d.account_id, "field": d.field, "key": d.proposed_key, "good": _RULINGS[d.action]}
        for d in decisions
        if d.action in _RULINGS and d.proposed_key and d.extras.get("kind") != "link"
    ]
    now = clock.now()
    claims = [
        Claim(
            r["account_id"], r["field"], r["source"], tuple(r["keys"]), r["confidence"], _right(r, r["keys"])
        )
        for r in spoken_claims(warehouse, now, [*audited(warehouse), *rulings])
        if r["source"] != CRM or r["field"] not in worded
    ]
    keep_reliability(
        warehouse,
        (
            {
                "source": source, "field": field, "shift": found.shift, "sure": found.sure, "accuracy": found.accuracy,
                "claimed": found.claimed, "checked": found.checked, "stood": found.stood, "compared": found.compared,
                "noted_at": now,
            }
            for (source, field), found in learn_reliability(claims).items()
            if source != CRM
        ),
    )  # fmt: skip


def _right(row: dict[str, Any], keys: list[str]) -> bool | None:
    """What people made of a claim: a steward's word first, then what became of our writing it."""
    if row["bad_keys"] and not set(keys).isdisjoint(row["bad_keys"]):
        return False
    if row["good_keys"] and not set(keys).isdisjoint(row["good_keys"]):
        return True
    if row["corrected_key"] in keys:
        return False
    return True if row["stood_key"] in keys else None
