"""How state reaches the peers: declared here, implemented in `warehouse`, joined in `flows`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from accounts.change import Change, ChangeSet, LedgerEntry, WriteOutcome
from accounts.cluster import ClusterEvent


class WriteLedger(Protocol):
    """The write-back engine's memory: intents before sending, outcomes after. Durable on return."""

    def plan(self, change_set: ChangeSet) -> None:
        """Keeps a change set with every verdict and reason."""
        ...

    def intend(self, run_id: str, changes: Sequence[Change], at: datetime) -> None:
        """Notes that these changes are about to be sent."""
        ...

    def settle(self, run_id: str, outcomes: Sequence[WriteOutcome]) -> None:
        """Notes what became of changes that were sent, or were not sent after all."""
        ...

    def unsettled(self) -> Sequence[tuple[str, Change]]:
        """Intents without an outcome, each with its run id: a crash left them."""
        ...

    def written(self, run_id: str) -> Sequence[LedgerEntry]:
        """What a run wrote, oldest first, with before-images; the ground of undo."""
        ...

    def mark_undone(self, run_id: str, change_ids: Sequence[str], undone_by: str) -> None:
        """Notes that an undo run has put these back."""
        ...


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A response kept as evidence. `body` is the decoded (not compressed) bytes; times in UTC."""

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    body_sha256: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class StoredHead:
    """A stored response without its body of `body_bytes` bytes."""

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body_sha256: str
    body_bytes: int
    fetched_at: datetime

    def with_body(self, body: bytes) -> StoredResponse:
        """The whole of it."""
        return StoredResponse(
            self.url, self.final_url, self.status, self.headers, body, self.body_sha256, self.fetched_at
        )


class ResponseStore(Protocol):
    """Responses kept as evidence and for conditional requests; safe for many threads."""

    def head(self, url: str) -> StoredHead | None:
        """What is known of the newest stored response to exactly this URL; None where there is none, or its body is gone."""
        ...

    def read(self, head: StoredHead) -> bytes | None:
        """The body of a stored response; a damaged one counts as None and is not found again."""
        ...

    def put(self, response: StoredResponse) -> None:
        """Keeps a response; equal bodies are stored once."""
        ...

    def touch(self, url: str, at: datetime) -> None:
        """Notes that the server confirmed the stored response (304)."""
        ...

    def flush(self) -> None:
        """Makes what was put and noted outlive a crash; until then it may be lost."""
        ...


class Judgements(Protocol):
    """What stewards and confirmed matches have taught about who is who."""

    def judged(self, account_id: str, source: str, record_id: str) -> bool | None:
        """True: the same company. False: not. None: nobody has said."""
        ...

    def aliases(self, account_id: str) -> Iterable[str]:
        """Other names the account is known under (former, trading, English)."""
        ...


class NoJudgements:
    """Knows nothing: for commands that match without a warehouse."""

    def judged(self, account_id: str, source: str, record_id: str) -> bool | None:
        """Always None: nobody has said."""
        return None

    def aliases(self, account_id: str) -> Iterable[str]:
        """No names."""
        return ()


class ClusterLog(Protocol):
    """The log of clusters, from which they can be replayed; appended only, durable on return."""

    def append(self, events: Sequence[ClusterEvent]) -> None:
        """Keeps events, in order of `seq`."""
        ...

    def events(self) -> Sequence[ClusterEvent]:
        """All events, oldest first."""
        ...
