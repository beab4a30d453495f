"""Concludes, after survivorship, what the night's tellings mean for each account they touched: stories, hiring, score, brief.

What the CRM has room for leaves as observations of the source `intelligence`, through the same golden record and the same
`decide` as everything else. An account nobody told anything about is left as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from accounts.catalogue import Catalogue
from accounts.golden import GoldenValue
from accounts.observation import Observation, Signal
from flows.brief_settings import BriefSettings, brief_settings
from flows.judgement_rows import brief_row, hiring_row, known_from, look_from, role_from, score_row, story_row
from flows.services import Services
from intelligence import fields
from intelligence.brief import Brief, Facts, write_brief
from intelligence.brief_text import Lang
from intelligence.fit import fit_of
from intelligence.hiring import Hiring, read_hiring
from intelligence.hiring_signals import hiring_signals
from intelligence.score import Score, score_account
from intelligence.standing import Feedback
from intelligence.stories import Story, tell_stories
from intelligence.tables import data
from intelligence.value_sources import account_page, value_sources
from warehouse.golden import settle_golden
from warehouse.judgement import (
    Material,
    accounts_of_signals,
    disown,
    keep_judgements,
    material,
    to_judge,
)
from warehouse.rows import observation_row, signal_row

#: Accounts judged at a time.
BATCH = 1_000
LANGS: tuple[Lang, ...] = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What was made of one account; `said` are values of the intelligence fields that are new."""

    account_id: str
    stories: tuple[Story, ...]
    hiring: Hiring | None
    score: Score | None
    briefs: tuple[Brief, ...]
    signals: tuple[Signal, ...] = ()
    said: tuple[Observation, ...] = ()


def take_feedback(services: Services) -> Feedback:
    """What people said about signals, noted in the warehouse so that SQL knows what was taken back."""
    feedback = Feedback.of(services.decisions.all())
    owners = accounts_of_signals(services.warehouse, feedback.taken_back) if feedback.taken_back else {}
    now = services.clock.now()
    disown(
        services.warehouse,
        (
            {"signal_id": i, "account_id": owners[i], "what": what, "noted_at": now}
            for i, what in sorted(feedback.taken_back.items())
            if i in owners
        ),
    )
    return feedback


def conclude(services: Services, run_id: str, feedback: Feedback) -> int:
    """Judges the accounts that a run touched; returns how many. Twice over the same tellings writes nothing twice."""
    now = services.clock.now()
    account_ids = to_judge(services.warehouse, run_id, now)
    if feedback.useless:
        account_ids = sorted(
            {*account_ids, *accounts_of_signals(services.warehouse, feedback.useless).values()}
        )
    settings = brief_settings(services)
    said: list[str] = []
    for at in range(0, len(account_ids), BATCH):
        batch = account_ids[at : at + BATCH]
        found = [
            conclude_account(m, run_id, now, services.catalogue, settings, feedback)
            for m in material(services.warehouse, batch, now)
        ]
        keep_judgements(services.warehouse, batch, _rows(found, run_id, now))
        said += [c.account_id for c in found if c.said]
    if said:
        settle_golden(services.warehouse, run_id, said, now)
    return len(account_ids)


def conclude_account(
    m: Material, run_id: str, now: datetime, catalogue: Catalogue, settings: BriefSettings, feedback: Feedback
) -> Conclusion:
    """The judgement of one account on a day."""
    today = now.date()
    roles, looks = [role_from(row) for row in m.postings], [look_from(row) for row in m.looks]
    hiring = read_hiring(looks, roles, now, m.country)
    fresh = hiring_signals(m.account_id, hiring, roles, looks, _known_technologies(m), m.signals, now)
    names = [value for value in (m.name, _value(m, "legal_name")) if value]
    stories = tell_stories(
        [s for s in (*m.signals, *fresh) if s.signal_class in data("brief")["classes"]],
        run_id, [known_from(row) for row in m.stories], names,
    )  # fmt: skip
    score = _scored(m, stories, today, settings, feedback)
    facts = Facts(_known(m), tuple(stories), score, hiring, settings.angles)
    briefs = tuple(write_brief(m.account_id, m.name, facts, today, lang) for lang in LANGS)
    told = Conclusion(m.account_id, tuple(stories), hiring, score, briefs, tuple(fresh))
    return replace(told, said=tuple(_said(told, m, run_id, now, catalogue, settings)))


def _scored(
    m: Material, stories: Sequence[Story], today: date, settings: BriefSettings, feedback: Feedback
) -> Score | None:
    link = {s.id: min((m.links.get(i, 1.0) for i in s.signal_ids), default=1.0) for s in stories}
    worth = {s.id: feedback.worth(m.account_id, s.signal_class, s.signal_ids) for s in stories}
    return score_account(
        m.account_id,
        stories,
        today,
        fit=fit_of(settings.icp, _known(m)),
        link=link,
        worth=worth,
        scoring=settings.scoring,
    )


def _said(
    told: Conclusion, m: Material, run_id: str, now: datetime, catalogue: Catalogue, settings: BriefSettings
) -> list[Observation]:
    """The intelligence fields that say something new."""
    lang = settings.lang_of(m.name)
    former = {name: m.golden[name].value for name in m.golden}
    brief = next(b for b in told.briefs if b.lang == lang)
    outside = [v for name, v in m.golden.items() if v.sources != (fields.SOURCE,)]
    read_at = max((v.observed_at for v in outside), default=None)
    learned = bool({s.first_run_id for s in told.stories} & {run_id}) or not former.get("enriched_at")
    values = [
        fields.last_signals(told.stories, now.date(), lang),
        fields.hiring_trend(told.hiring, former.get("hiring_trend"), lang),
        *fields.business_needs(told.hiring, lang),
        *fields.score_and_tier(told.score, former.get("score"), former.get("tier")),
        fields.brief_field(brief, former.get("brief")),
        fields.freshness_grade(m.golden, catalogue, now.date()),
        fields.enriched_at(learned, read_at, former.get("enriched_at")),
        value_sources(m.golden, catalogue, lang),
        account_page(settings.page_base, m.account_id),
    ]
    return fields.observations(m.account_id, [v for v in values if v is not None], m.golden, catalogue, now)


def _known(m: Material) -> dict[str, GoldenValue]:
    """The golden record, with what only the CRM says where no source does."""
    found = dict(m.golden)
    for name, row in m.held.items():
        if name not in found:
            seen = row["changed_at"] or row["first_seen_at"]
            found[name] = GoldenValue(
                m.account_id,
                name,
                row["value"],
                row["key"] or "",
                None,
                None,
                0.5,
                0.5,
                ("CRM",),
                (f"crm:{name}",),
                seen,
            )
    return found


def _value(m: Material, name: str) -> str | None:
    held = m.held.get(name)
    return m.golden[name].value if name in m.golden else held["value"] if held else None


def _known_technologies(m: Material) -> list[str]:
    return [part.strip() for part in (_value(m, "technologies") or "").split(";") if part.strip()]


def _rows(found: Sequence[Conclusion], run_id: str, now: datetime) -> Mapping[str, list[dict[str, Any]]]:
    return {
        "story": [story_row(run_id, story) for c in found for story in c.stories],
        "hiring": [hiring_row(run_id, c.account_id, c.hiring, now) for c in found if c.hiring],
        "score": [score_row(run_id, c.score, now) for c in found if c.score],
        "brief": [brief_row(run_id, brief, now) for c in found for brief in c.briefs],
        "signal": [signal_row(run_id, signal) for c in found for signal in c.signals],
        "observation": [observation_row(run_id, o) for c in found for o in c.said],
    }
