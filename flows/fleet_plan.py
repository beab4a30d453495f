"""What a machine that reads a shard is told: the run it is for, the accounts, and what is remembered of them.

Two files in the fleet's store: `RUN/run.json` for all shards, `RUN/plan/NNNNN.json.gz` for each. No secret is in them: those
stay in each machine's own environment.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from accounts.errors import WarehouseError
from enrichers.taped import code_digest
from flows.enriching import Task
from intelligence.standing import Feedback
from warehouse.standing import Decided

T = TypeVar("T")
#: Sections of the configuration that a reading machine goes by.
TOLD = ("web", "run", "sources", "fields", "budget", "watch")
_CODE = ("accounts", "enrichers", "matchers", "intelligence", "flows", "warehouse")


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What holds for all shards of a run. `as_of` is set where the run's clock stands still."""

    run_id: str
    now: datetime
    as_of: datetime | None
    settings: Mapping[str, Any]
    columns: Mapping[str, Sequence[tuple[str, str]]]
    recognises: bool
    release: str
    replay: str | None = None


@dataclass(frozen=True, slots=True)
class ShardPlan:
    """The accounts of a shard and what is remembered of them.

    `articles` and `told` are ids of what was judged and told before; `memory` the names learned, by account; `judged` what stewards
    said of records (account, `source:record`, same or not), `aliases` the names they gave; `away` and `titles` their feedback; `alone` the hosts that no
    other shard will ask; `share` this shard's part of the accounts.
    """

    number: int
    tasks: tuple[Task, ...]
    articles: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    memory: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    judged: tuple[tuple[str, str, bool], ...] = ()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    away: frozenset[tuple[str, str, str]] = frozenset()
    titles: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    alone: frozenset[str] = frozenset()
    share: float = 1.0

    def feedback(self) -> Feedback:
        """What people said about tellings of these accounts."""
        return Feedback(away=set(self.away), titles={(a, c): list(t) for a, c, t in self.titles})


@dataclass(frozen=True, slots=True)
class Said:
    """`accounts.protocols.Judgements` as a plan tells them."""

    links: Mapping[tuple[str, str], bool]
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: ShardPlan) -> Said:
        """The judgements about a shard's accounts."""
        return cls({(account, record): same for account, record, same in plan.judged}, plan.aliases)

    def judged(self, account_id: str, source: str, record_id: str) -> bool | None:
        """A steward's word on whether a source's record is the account."""
        return self.links.get((account_id, f"{source}:{record_id}"))

    def aliases(self, account_id: str) -> Iterable[str]:
        """Names that stewards gave an account."""
        return self.names.get(account_id, ())


def said_of(decided: Decided, accounts: frozenset[str]) -> dict[str, Any]:
    """The part of the judgements that is about some accounts, as `ShardPlan` keeps it."""
    judged = ((a, record, same) for (a, record), same in sorted(decided.links().items()) if a in accounts)
    names = {account: tuple(decided.aliases(account)) for account in sorted(accounts)}
    return {"judged": tuple(judged), "aliases": {account: told for account, told in names.items() if told}}


def feedback_of(feedback: Feedback, accounts: frozenset[str]) -> dict[str, Any]:
    """The part of the feedback that is about some accounts, as `ShardPlan` keeps it."""
    titles = ((a, c, tuple(t)) for (a, c), t in sorted(feedback.titles.items()) if a in accounts)
    return {"away": frozenset(a for a in feedback.away if a[0] in accounts), "titles": tuple(titles)}


def release() -> str:
    """A digest of the code in force: machines of one fleet must agree on it."""
    return code_digest(*_CODE)


def write_plan(path: Path, plan: RunPlan | ShardPlan) -> None:
    """Writes a plan, compressed where its name ends in .gz."""
    text = json.dumps(plan, default=_plain, ensure_ascii=False).encode()
    path.write_bytes(gzip.compress(text, compresslevel=3, mtime=0) if path.suffix == ".gz" else text)


def read_plan(path: Path, kind: type[T]) -> T:
    """The plan in a file. Raises WarehouseError for one that is damaged."""
    try:
        raw = path.read_bytes()
        reader: TypeAdapter[T] = TypeAdapter(kind)
        return reader.validate_json(gzip.decompress(raw) if path.suffix == ".gz" else raw)
    except (OSError, EOFError, ValidationError) as error:
        raise WarehouseError(
            f"The plan {path.name} cannot be read: {str(error).splitlines()[0]}",
            remedy="Update Evergreen on all machines of the fleet to one version; the next run plans anew.",
        ) from error


def _plain(thing: Any) -> Any:
    """A thing JSON does not know, in a form that `read_plan` turns back into it."""
    if is_dataclass(thing) and not isinstance(thing, type):
        return {f.name: getattr(thing, f.name) for f in fields(thing)}
    if isinstance(thing, datetime):
        return thing.isoformat()
    if isinstance(thing, Mapping):
        return dict(thing)
    if isinstance(thing, (set, frozenset)):
        return sorted(thing)
    return str(thing)
