"""Who put a value into the CRM, and when, from the best evidence there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.account import Account, Actor, FieldHistory


@dataclass(frozen=True, slots=True)
class Seen:
    """What our own snapshots tell of the value that stands there now.

    `since` is the first snapshot that held it (UTC); `after` the last one before that, which held another value
    (None: there was none, so the value may be of any age).
    """

    since: datetime | None = None
    after: datetime | None = None


def history_of(account: Account, field: str, seen: Seen | None = None) -> FieldHistory:
    """The history of one field: its own where the CRM keeps one, else what our snapshots saw, else the record's.

    A change between two snapshots that the record does not own up to was made by hands nobody knows, and `decide` takes such
    for a person's.
    """
    own = account.history.get(field)
    if own is not None:
        return own
    record = account.history.get("") or FieldHistory(
        account.last_modified, account.last_modified_by, Actor.UNKNOWN
    )
    if seen is None or seen.after is None or seen.since is None:
        return record
    if record.changed_at is not None and record.changed_at > seen.after:
        return record
    return FieldHistory(seen.since, None, Actor.UNKNOWN)


def actor_of(user: str | None, machine_users: frozenset[str], our_user: str) -> Actor:
    """What kind of hands a user name stands for; names compare without case and outer blanks.

    >>> actor_of(" Import ", frozenset({"import"}), "evergreen")
    <Actor.MACHINE: 'machine'>
    """
    name = (user or "").strip().casefold()
    if not name:
        return Actor.UNKNOWN
    if name == our_user.strip().casefold():
        return Actor.OURS
    return Actor.MACHINE if name in {m.strip().casefold() for m in machine_users} else Actor.PERSON
