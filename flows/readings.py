"""What is remembered of a reading between nights: its trace, what it filled, the company it described, the link it led to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from accounts.account import Account, Company
from accounts.catalogue import Catalogue
from accounts.link import Candidate
from accounts.observation import Observation, Outcome
from accounts.protocols import Judgements
from enrichers.base import Answer, Reading
from enrichers.taped import Taped, Trace, code_digest
from flows.company import company_of
from warehouse.readings import NewestReadings

if TYPE_CHECKING:
    from flows.enriching import Task


@dataclass(frozen=True, slots=True)
class Known:
    """The newest reading of a record; `link_basis` is None where the link it led to was not accepted. `signals` are the ids
    of those it told of the record itself, which every look says again."""

    run_id: str
    record_id: str
    trace: Trace
    outcome: Outcome
    rows: int
    fields: tuple[str, ...]
    pages: tuple[str, ...] = ()
    error: str = ""
    company: Company | None = None
    link_basis: str | None = None
    signals: tuple[str, ...] = ()

    def settled_among(self, candidates: Sequence[Candidate], basis: str) -> Candidate | None:
        """The candidate this was read from, where everything its accepted link rested on is unchanged."""
        if not basis or self.link_basis != basis:
            return None
        return next((c for c in candidates if c.company.id == self.record_id), None)

    def answer(self, requests: int) -> Answer[Reading]:
        """What the source would answer if it read the record again."""
        return Answer(self.outcome, (Reading(pages=self.pages, same=True),), self.error, requests)


@dataclass(frozen=True, slots=True)
class Remembered:
    """A reading of tonight that later nights may recognise."""

    account_id: str
    source: str
    known: Known
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Sight:
    """A record found unchanged tonight."""

    account_id: str
    source: str
    known: Known
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Recognition:
    """What recognising needs: the web that notes what is asked, and a digest of the settings answers are judged by."""

    web: Taped
    bars: str

    @classmethod
    def under(cls, web: Taped, catalogue: Catalogue) -> Recognition:
        """Recognition under the catalogue in force."""
        bars = [(f.name, f.min_confidence, f.never_kinds, f.wrong_kinds) for f in catalogue]
        return cls(web, _digest(repr(bars)))


def with_known(tasks: Iterable[Task], readings: NewestReadings) -> list[Task]:
    """The tasks of a shard, each with what is remembered of its records."""
    given = list(tasks)
    found = readings.of(task.account.id for task in given)
    return [
        replace(task, known={row["source"]: _known_from(row) for row in found.get(task.account.id, ())})
        for task in given
    ]


def link_basis(
    account: Account,
    source: str,
    candidates: Sequence[Candidate],
    judgements: Judgements,
    learned: Sequence[str] = (),
) -> str:
    """A digest of all that a link rests on, but for what the record says of itself."""
    judged = [judgements.judged(account.id, source, c.company.id) for c in candidates]
    aliases = sorted(judgements.aliases(account.id))
    return _digest(
        code_digest("accounts", "matchers"),
        repr(company_of(account)),
        repr(candidates),
        repr(judged),
        repr(aliases),
        repr(learned),
    )


def filled_by(observations: Iterable[Observation], catalogue: Catalogue) -> tuple[str, ...]:
    """Fields that observations answer above the bar, with a kind that may be written."""
    found = {
        o.field
        for o in observations
        if o.confidence >= catalogue[o.field].min_confidence
        and o.kind not in (*catalogue[o.field].never_kinds, *catalogue[o.field].wrong_kinds)
    }
    return tuple(sorted(found))


def reading_row(found: Remembered) -> dict[str, Any]:
    """A row of `reading`."""
    known = found.known
    return {
        "run_id": known.run_id, "account_id": found.account_id, "source": found.source, "record_id": known.record_id,
        "fingerprint": known.trace.fingerprint, "read_at": found.read_at, "seen_at": found.read_at, "looks": 1,
        "outcome": known.outcome.value, "rows": known.rows, "fields": known.fields, "pages": known.pages, "error": known.error,
        "trace": asdict(known.trace), "company": _plain_company(known.company), "link_basis": known.link_basis,
        "signals": known.signals,
    }  # fmt: skip


def sight_row(sight: Sight) -> dict[str, Any]:
    """A row of a shard's sights."""
    return {
        "run_id": sight.known.run_id, "account_id": sight.account_id, "source": sight.source,
        "record_id": sight.known.record_id, "seen_at": sight.seen_at, "link_basis": sight.known.link_basis,
    }  # fmt: skip


def _known_from(row: Mapping[str, Any]) -> Known:
    return Known(
        row["run_id"], row["record_id"], _trace_from(json.loads(row["trace"])),
        Outcome(row["outcome"]), row["rows"], tuple(row["fields"] or ()), tuple(row["pages"] or ()), row["error"] or "",
        _company_from(row["company"]), row["link_basis"], tuple(row["signals"] or ()),
    )  # fmt: skip


def _trace_from(told: Mapping[str, Any]) -> Trace:
    until = told.get("until")
    return Trace(
        told["basis"],
        tuple(told["heeded"]),
        tuple((question, answer) for question, answer in told["asked"]),
        datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None,
    )


def _plain_company(company: Company | None) -> dict[str, Any] | None:
    if company is None:
        return None
    told = {name: getattr(company, name) for name in Company.__dataclass_fields__}
    return {name: value for name, value in told.items() if value}


def _company_from(text: str | None) -> Company | None:
    if not text or text == "null":
        return None
    told = json.loads(text)
    lists = ("names", "websites", "email_domains", "phones")
    return Company(**{"names": ()} | {name: tuple(v) if name in lists else v for name, v in told.items()})


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]
