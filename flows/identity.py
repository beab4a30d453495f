"""What stewards say of who is who: what an account is also called, or is not, and whether two accounts are one company.

Each word is dated, signed and kept with the decisions; it counts at once where people look, and for the matcher from the next
run on. Taking it back gives the word before it its force again.
"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from accounts.change import ReviewAction, ReviewDecision
from accounts.clock import Clock, SystemClock
from accounts.cluster import ClusterEvent, ClusterEventKind
from accounts.config import load_config
from accounts.errors import ConfigError
from flows.explaining import account_named
from matchers.membership import Membership
from matchers.names import parse
from warehouse.decisions import DecisionStore
from warehouse.snapshot import open_snapshot
from warehouse.standing import ALIAS, MERGE, Decided

ALSO, FORMER, NOT = "also", "former", "not"
SAME, DIFFERENT, UNSURE = "same", "different", "unsure"
VERDICTS = {SAME: ReviewAction.ACCEPT, DIFFERENT: ReviewAction.REJECT, UNSURE: ReviewAction.KEEP}
KINDS = {
    SAME: ClusterEventKind.SAME,
    DIFFERENT: ClusterEventKind.DIFFERENT,
    UNSURE: ClusterEventKind.UNSURE,
}
"""What each verdict is called in the log of clusters."""

_LONGEST = 300


def say_alias(
    config_path: Path,
    account: str,
    name: str,
    what: str,
    by: str,
    *,
    since: date | None = None,
    until: date | None = None,
    note: str = "",
    clock: Clock | None = None,
) -> dict[str, Any]:
    """Keeps that an account is also called a name, was called so (`former`), or is not. Returns the word as it is listed.

    Raises ConfigError for an account nobody knows, a name that says nothing, or dates the wrong way round.
    """
    config, text = load_config(config_path), " ".join(name.split())[:_LONGEST]
    if not parse(text).script:
        raise ConfigError(
            f"{name[:60]!r} is no company's name.", remedy="Give the name in full, in any script.", key="name"
        )
    if since and until and until < since:
        raise ConfigError(
            f"A name cannot end on {until} and begin on {since}.",
            remedy="Give the earlier day as the first.",
            key="until",
        )
    with open_snapshot(config.home) as snapshot:
        account_id, account_name = account_named(snapshot, account)
    key = parse(text).core
    decision = ReviewDecision(
        _item(ALIAS, account_id, key), ReviewAction.REJECT if what == NOT else ReviewAction.ACCEPT, by,
        (clock or SystemClock()).now(), account_id, ALIAS, key, note[:1000],
        extras={
            "kind": ALIAS, "what": what, "text": text, "account_name": account_name,
            "since": since.isoformat() if since else "", "until": until.isoformat() if until else "",
        },
    )  # fmt: skip
    DecisionStore(config.home).add(decision)
    return as_row(decision)


def say_pair(
    config_path: Path,
    one: str,
    other: str,
    verdict: str,
    by: str,
    *,
    note: str = "",
    clock: Clock | None = None,
) -> dict[str, Any]:
    """Keeps that two accounts are the same company, different ones, or that it is unsure. Returns the word as it is listed.

    Raises ConfigError for accounts nobody knows, one account twice, or a verdict that is none.
    """
    config = load_config(config_path)
    if verdict not in VERDICTS:
        raise ConfigError(
            f"{verdict!r} is no verdict.", remedy=f"Say one of {', '.join(VERDICTS)}.", key="verdict"
        )
    with open_snapshot(config.home) as snapshot:
        (a, a_name), (b, b_name) = sorted((account_named(snapshot, one), account_named(snapshot, other)))
    if a == b:
        raise ConfigError(f"{a} is one account.", remedy="Give two.", key=a)
    store = DecisionStore(config.home)
    _refuse_contradiction(Decided(store.all()), a, b, verdict)
    decision = ReviewDecision(
        _item(MERGE, a, b), VERDICTS[verdict], by, (clock or SystemClock()).now(), a, MERGE, b, note[:1000],
        extras={"kind": MERGE, "what": verdict, "account_name": a_name, "other_name": b_name},
    )  # fmt: skip
    store.add(decision)
    return as_row(decision)


def _refuse_contradiction(decided: Decided, a: str, b: str, verdict: str) -> None:
    """Raises ConfigError where words on other pairs together already say the opposite of these two."""
    others = (d for pair, d in decided.pairs.items() if pair != frozenset((a, b)))
    state = Membership(
        ClusterEvent(n, KINDS[d.extras["what"]], (), d.at, d.by, pair=(d.account_id, d.proposed_key))
        for n, d in enumerate(others, 1)
    )
    told = state.said(a, b)
    if {told, KINDS[verdict]} == {ClusterEventKind.SAME, ClusterEventKind.DIFFERENT}:
        raise ConfigError(
            f"{a} and {b} cannot be {verdict}: earlier words together make them {told.value if told else ''}.",
            remedy="`evergreen duplicates said` lists them; take one back first.",
            key=f"{a} {b}",
        )


def take_back(config_path: Path, item: str, by: str, *, clock: Clock | None = None) -> dict[str, Any]:
    """Takes the newest standing word on an item (its id or an unambiguous beginning) back; returns it."""
    store = DecisionStore(load_config(config_path).home)
    found = {
        d.item_id: d
        for d in store.all()
        if d.item_id.startswith(item) and d.extras.get("kind") in (ALIAS, MERGE)
    }
    if len(found) != 1:
        raise ConfigError(
            f"{len(found) or 'No'} words begin with {item!r}.",
            remedy="`evergreen match aliases` and `evergreen duplicates said` list them with their ids.",
            key=item,
        )
    [decision] = found.values()
    store.add(withdrawal(decision, by, clock or SystemClock()))
    return as_row(decision)


def withdrawal(decision: ReviewDecision, by: str, clock: Clock) -> ReviewDecision:
    """The word that takes another back."""
    return ReviewDecision(
        decision.item_id, ReviewAction.WITHDRAW, by, clock.now(), decision.account_id, decision.field,
        decision.proposed_key, extras={"kind": decision.extras.get("kind", "")},
    )  # fmt: skip


def words(config_path: Path, kind: str, account: str | None = None) -> list[dict[str, Any]]:
    """The standing words of a kind (`alias`, `merge`), newest first; of one account where it is given."""
    home = load_config(config_path).home
    decided = Decided(DecisionStore(home).all())
    found = [*decided.named()] if kind == ALIAS else [*decided.pairs.values()]
    if account is not None:
        with open_snapshot(home) as snapshot:
            wanted = account_named(snapshot, account)[0]
        found = [d for d in found if wanted in (d.account_id, d.proposed_key)]
    return [as_row(d) for d in sorted(found, key=lambda d: d.at, reverse=True)]


def learned(config_path: Path, account: str) -> list[dict[str, Any]]:
    """Names, domains and numbers that accepted records taught of an account, surest first."""
    with open_snapshot(load_config(config_path).home) as snapshot:
        account_id = account_named(snapshot, account)[0]
        return snapshot.rows(
            "SELECT kind, text, valid_from, valid_to, source, record_id, url, confidence, noted_at FROM alias "
            "WHERE account_id = $a ORDER BY confidence DESC, text, source",
            {"a": account_id},
        )


def as_row(d: ReviewDecision) -> dict[str, Any]:
    """A word as lists show it: who said what of whom, when, and why."""
    row = {
        "id": d.item_id, "account_id": d.account_id, "account_name": d.extras.get("account_name", ""),
        "what": d.extras.get("what", ""), "by": d.by, "at": d.at.isoformat(), "note": d.note,
    }  # fmt: skip
    if d.extras.get("kind") == MERGE:
        return row | {"other_id": d.proposed_key, "other_name": d.extras.get("other_name", "")}
    return row | {
        "name": d.extras.get("text", ""),
        "since": d.extras.get("since") or None,
        "until": d.extras.get("until") or None,
    }


def _item(kind: str, *parts: str) -> str:
    return hashlib.sha256("\x1f".join((kind, *parts)).encode()).hexdigest()[:16]
