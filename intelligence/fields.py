"""The fields that tell a CRM what is known: signals, hiring, needs, score, tier, brief, freshness, day of enrichment.

A field is written anew only when it says something new: a score that only decays by a point, a count of roles that wavers,
a brief that is a day older are no news, and a CRM full of changes nobody meant teaches people to look away.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from accounts.catalogue import Catalogue
from accounts.golden import GoldenValue
from accounts.observation import Evidence, Observation
from intelligence.brief import Brief, class_name
from intelligence.brief_hiring import need_name
from intelligence.brief_text import Lang, shortened
from intelligence.decay import event_day
from intelligence.events.status import STANDS
from intelligence.hiring import Hiring
from intelligence.score import Score
from intelligence.stories import Story
from intelligence.tables import data

SOURCE, EXTRACTOR = "intelligence", "intelligence/1"
#: Stories of `last_signals`: so many, none older than so many days.
MOST_SIGNALS, SIGNAL_DAYS = 3, 180
#: A score is told anew when it moved so far, or when its tier did.
SCORE_STEP = 5
#: A count of open roles is told anew when it moved by this share.
ROLES_STEP = 0.25
#: The day of enrichment is told anew after so many days, or at once when something new was learned.
ENRICHED_STEP = 7
_GRADES = (("A", 0.9), ("B", 0.7), ("C", 0.4), ("D", 0.0))
_GRADED = frozenset(
    {"website", "industry", "employees", "phone", "street", "city", "country", "email", "legal_name"}
)


@dataclass(frozen=True, slots=True)
class Said:
    """One value of one field, what it rests on in words and by address."""

    field: str
    value: str
    passage: str
    url: str = ""


def last_signals(stories: Sequence[Story], today: date, lang: Lang) -> Said | None:
    """The newest stories that stand, in one line; None where there is none."""
    recent = [s for s in stories if s.status in STANDS and (today - event_day(s)).days <= SIGNAL_DAYS][
        :MOST_SIGNALS
    ]
    if not recent:
        return None
    told = (
        f"{event_day(s).isoformat()} {class_name(s.signal_class, lang)}"
        f"{data('brief')['statuses'][lang][s.status.value]}: {shortened(s.title, 120)}"
        for s in recent
    )
    return Said("last_signals", " | ".join(told), recent[0].title, recent[0].evidence.url)


def hiring_trend(hiring: Hiring | None, former: str | None, lang: Lang) -> Said | None:
    """The trend with the number of open roles; the former wording while neither moved."""
    if hiring is None:
        return None
    trend = data("hiring")["trends"][hiring.trend][lang]
    value = (
        f"{trend}, {hiring.open_roles} open roles"
        if lang == "en"
        else f"{trend}，在招{hiring.open_roles}个岗位"
    )
    if former and former.startswith(trend):
        count = re.search(r"\d+", former)
        before = int(count.group()) if count else -1
        if abs(hiring.open_roles - before) <= max(1, ROLES_STEP * before):
            value = former
    return Said("hiring_trend", value, hiring.reason)


def business_needs(hiring: Hiring | None, lang: Lang) -> list[Said]:
    """Each need the roles speak of, with the sentence that says so."""
    return [
        Said("business_needs", need_name(name, lang), shortened(passage, 300), url)
        for name, _, passage, url in (hiring.needs if hiring else ())
    ]


def score_and_tier(score: Score | None, former: str | None, former_tier: str | None) -> list[Said]:
    """The score rounded, and its tier, with the weightiest reasons; a former score stands while it hardly moved."""
    if score is None:
        return (
            []
            if former is None
            else [Said("score", "0", "no reason is left"), Said("tier", "D", "no reason is left")]
        )
    good, bad = score.reasons()
    why = "; ".join(f"{part.what} {part.points:+.1f}" for part in (*good, *bad))
    value, tier = round(score.value), score.band.tier or score.band.name
    if former is not None and tier == former_tier and re.fullmatch(r"-?\d+", former):
        value = int(former) if abs(value - int(former)) < SCORE_STEP else value
    url = next((part.url for part in (*good, *bad) if part.url), "")
    return [Said("score", str(value), why, url), Said("tier", tier, f"{score.band.name}: {why}", url)]


def brief_field(brief: Brief, former: str | None) -> Said:
    """The brief without what only ages; the former one while nothing but counts of roles has changed."""
    value = brief.as_text(leave_out=("score", "why", "freshness"), links=False).strip()
    if former is not None and _skeleton(former) == _skeleton(value):
        value = former
    return Said("brief", value, brief.opening.text)


def _skeleton(text: str) -> str:
    """A brief's text without the sections that count roles, whatever its language."""
    titles = {data("brief")["sections"][lang][name] for lang in ("en", "zh") for name in ("hiring", "needs")}
    blocks = (block for block in text.split("\n\n") if block.split("\n")[0].strip() not in titles)
    return " ".join(" ".join(blocks).split())


def freshness_grade(golden: Mapping[str, GoldenValue], catalogue: Catalogue, today: date) -> Said | None:
    """A to D: how many of the main fields are known and were seen within the days they are trusted for."""
    graded = [catalogue[name] for name in sorted(_GRADED)]
    fresh = [
        spec.name
        for spec in graded
        if spec.name in golden and (today - golden[spec.name].observed_at.date()).days < spec.ttl_days
    ]
    if not any(spec.name in golden for spec in graded):
        return None
    share = len(fresh) / len(graded)
    grade = next(name for name, bar in _GRADES if share >= bar)
    return Said("freshness_grade", grade, f"{len(fresh)} of {len(graded)} main fields known and fresh")


def enriched_at(learned: bool, read_at: datetime | None, former: str | None) -> Said | None:
    """The day something was last learned, or read again a while later; None where nothing was read."""
    if read_at is None:
        return None
    day = read_at.date()
    if former and not learned and (day - date.fromisoformat(former[:10])).days < ENRICHED_STEP:
        return Said("enriched_at", former, "read")
    return Said("enriched_at", day.isoformat(), "something new was learned" if learned else "read again")


def observations(
    account_id: str,
    said: Iterable[Said],
    golden: Mapping[str, GoldenValue],
    catalogue: Catalogue,
    now: datetime,
) -> list[Observation]:
    """What is said as observations, of those fields only whose golden value is another one."""
    by_field: dict[str, list[Said]] = {}
    for one in said:
        by_field.setdefault(one.field, []).append(one)
    found = []
    for name, values in by_field.items():
        spec, held = catalogue[name], golden.get(name)
        keys = sorted({spec.value_type.key(one.value) for one in values})
        if held is not None and held.key == (";".join(keys) if spec.joined else keys[0]):
            continue
        found += [_observation(account_id, one, spec.value_type.key(one.value), now) for one in values]
    return found


def _observation(account_id: str, said: Said, key: str, now: datetime) -> Observation:
    digest = hashlib.sha256(said.value.encode()).hexdigest()
    return Observation(
        account_id=account_id, field=said.field, value=said.value, key=key, source=SOURCE, record_id=account_id,
        evidence=Evidence(said.url or f"evergreen:brief/{account_id}", said.passage, now, said.field, digest),
        confidence=0.95, extractor=EXTRACTOR, observed_at=now,
    )  # fmt: skip
