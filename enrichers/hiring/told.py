"""What a board's roles tell: postings, and the technologies their advertisements name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.catalogue import Catalogue
from accounts.observation import Evidence, Observation
from accounts.telling import Posting
from enrichers.hiring.board import Role
from enrichers.hiring.lexicon import function_of, needs_in, suites, without_contacts
from enrichers.observe import observe
from enrichers.technographic.mention_kind import MentionKind
from enrichers.technographic.words import Mention, find_mentions
from enrichers.web.response import Response

EXTRACTOR = "job-ads/1"
_SILENT = frozenset({MentionKind.PARTNER_BOAST, MentionKind.BOILERPLATE})
_REPEATED = 0.5
"""A line more than this share of a board's advertisements carry says who the company is, not what a role needs."""
_ENOUGH_ADS = 4
_MOST_SURE = 0.9


@dataclass(frozen=True, slots=True)
class Told:
    """One role with the posting made of it, the technologies named, and the answer it stood in."""

    posting: Posting
    mentions: tuple[Mention, ...]
    response: Response


def tell_roles(
    account_id: str, source: str, board: str, sheets: Sequence[tuple[Role, Response]], at: datetime, read: int
) -> list[Told]:
    """The postings of a board, at `at` (UTC). The texts of the `read` newest are read for technologies and needs."""
    common = _common_lines([role.text for role, _ in sheets])
    newest = sorted(range(len(sheets)), key=lambda n: _age(sheets[n][0]), reverse=True)[:read]
    read_ones = set(newest)
    told = []
    for number, (role, response) in enumerate(sheets):
        ad = _without(role.text, common) if number in read_ones else ""
        mentions = tuple(m for m in find_mentions(f"{role.title}\n{ad}") if m.kind not in _SILENT)
        posting = Posting(
            account_id=account_id, source=source, board=board, posting_id=role.id, title=role.title,
            url=role.url if role.url.startswith("http") else response.final_url, seen_at=at,
            posted_on=role.posted_on, department=role.department or None,
            function=function_of(role.title, role.department), place=role.place or None,
            technologies=tuple(dict.fromkeys(m.name for m in mentions)), needs=needs_in(ad),
        )  # fmt: skip
        told.append(Told(posting, mentions, response))
    return told


def observe_technologies(
    catalogue: Catalogue, source: str, record_id: str, told: Sequence[Told], at: datetime
) -> Iterator[Observation]:
    """Each technology the advertisements name, once, with the sentence that says it best; and the suites among them.

    Advertisements that agree make it surer: the confidence is one less the chance that all of them mislead.
    """
    best: dict[str, tuple[Mention, Told]] = {}
    doubt: dict[str, float] = {}
    for one in told:
        surest = {m.name: m for m in sorted(one.mentions, key=lambda m: m.confidence)}
        for name, mention in surest.items():
            doubt[name] = doubt.get(name, 1.0) * (1.0 - mention.confidence)
            if name not in best or best[name][0].confidence < mention.confidence:
                best[name] = (mention, one)
    fields = {name: field for field, names in suites().items() for name in names}
    for name, (mention, one) in best.items():
        evidence = Evidence(
            one.posting.url, without_contacts(mention.sentence) or name, one.response.fetched_at,
            f"posting {one.posting.posting_id}", one.response.body_sha256,
        )  # fmt: skip
        sure = min(_MOST_SURE, 1.0 - doubt[name])
        for field in ("technologies", fields.get(name)):
            made = field and observe(
                catalogue, one.posting.account_id, field, name, source=source, record_id=record_id,
                evidence=evidence, confidence=sure, extractor=EXTRACTOR, at=at,
            )  # fmt: skip
            if made:
                yield made


def _common_lines(ads: Sequence[str]) -> frozenset[str]:
    ads = [ad for ad in ads if ad]
    if len(ads) < _ENOUGH_ADS:
        return frozenset()
    counts = Counter(line for ad in ads for line in set(ad.split("\n")) if len(line) > 40)
    return frozenset(line for line, count in counts.items() if count > _REPEATED * len(ads))


def _without(ad: str, common: frozenset[str]) -> str:
    return "\n".join(line for line in ad.split("\n") if line not in common) if common else ad


def _age(role: Role) -> str:
    return role.posted_on.isoformat() if role.posted_on else ""
