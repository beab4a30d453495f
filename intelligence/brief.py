"""The account brief: half a page from templates, English or Chinese. Deterministic; every sentence names what it rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from accounts.golden import GoldenValue
from intelligence.brief_hiring import hiring_sentences, need_sentences
from intelligence.brief_text import MOST_TITLE, Lang, Section, Sentence, shortened
from intelligence.decay import Happening, event_day
from intelligence.events.status import STANDS
from intelligence.hiring import Hiring
from intelligence.score import Part, Score
from intelligence.tables import data

__all__ = ["Brief", "Lang", "Section", "Sentence", "write_brief"]

# What a rep reads in a minute.
MOST_SIGNALS, MOST_RISKS, MOST_ANGLES = 5, 3, 2
#: What is older than this is no news.
NEWS_DAYS = 365
_PROFILE = ("industry", "employees", "founded", "place", "parent", "website", "phone", "key_executives")
_FIRST_LINE = 5


@dataclass(frozen=True, slots=True)
class Brief:
    """The brief of one account in one language; `opening` is the headline without the score, which drifts from day to day."""

    account_id: str
    lang: Lang
    headline: Sentence
    opening: Sentence
    sections: tuple[Section, ...]

    def as_text(self, *, leave_out: Sequence[str] = (), links: bool = True) -> str:
        """The brief as plain text, links under the sentence they belong to; sections, and the score, may be left out by name."""
        lines = [self.opening.text if "score" in leave_out else self.headline.text]
        for section in self.sections:
            if section.name in leave_out:
                continue
            lines += ["", section.title]
            for sentence in section.sentences:
                lines += [f"- {sentence.text}", *(f"  {url}" for url in sentence.urls if links)]
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a brief is written from; `angles` are the user's own rules, asked before those that ship."""

    golden: Mapping[str, GoldenValue] = field(default_factory=dict)
    happenings: tuple[Happening, ...] = ()
    score: Score | None = None
    hiring: Hiring | None = None
    angles: tuple[Mapping[str, Any], ...] = ()


def write_brief(account_id: str, name: str, facts: Facts, today: date, lang: Lang = "en") -> Brief:
    """The brief of an account on a day. What was denied, cancelled or is old news is left out."""
    words = data("brief")
    told = sorted(
        (s for s in facts.happenings if s.status in STANDS and (today - event_day(s)).days <= NEWS_DAYS),
        key=lambda s: (event_day(s), s.id),
        reverse=True,
    )
    risky = [s for s in told if s.signal_class in words["risks"]]
    news = [s for s in told if s.signal_class not in words["risks"]]
    none = Sentence(words["sentences"][lang]["none"])
    parts = {
        "company": _profile(facts.golden, lang),
        "changed": _told(news[:MOST_SIGNALS], lang) or (none,),
        "hiring": hiring_sentences(facts.hiring, facts.golden.get("technologies"), lang),
        "needs": need_sentences(facts.hiring, lang),
        "risks": _told(risky[:MOST_RISKS], lang),
        "angle": _angles(told, facts, lang),
        "freshness": _freshness(facts.golden, today, lang),
    }
    titles = words["sections"][lang]
    sections = tuple(Section(name, titles[name], found) for name, found in parts.items() if found)
    headline, opening = (_headline(name, facts.score, lang, kind) for kind in ("headline", "opening"))
    return Brief(account_id, lang, headline, opening, (*_reasons(facts.score, lang), *sections))


def _headline(name: str, score: Score | None, lang: Lang, kind: str) -> Sentence:
    templates = data("brief")["sentences"][lang]
    if score is None:
        return Sentence(templates["unscored"].format(name=name))
    band = score.band.name if lang == "en" else data("brief")["bands"].get(score.band.name, score.band.name)
    action = score.band.action_en if lang == "en" else score.band.action_zh
    text = templates[kind].format(name=name, score=f"{score.value:.0f}", band=band, action=action)
    return Sentence(text, tuple(part.signal_id for part in score.parts if part.signal_id))


def _reasons(score: Score | None, lang: Lang) -> tuple[Section, ...]:
    """The weightiest reasons for and against a call, as a section without a place of its own in the file."""
    if score is None:
        return ()
    templates = data("brief")["sentences"][lang]
    found = []
    for key, parts in zip(("for", "against"), score.reasons(), strict=True):
        if parts:
            told = templates["join"].join(_reason(part, lang) for part in parts)
            rests_on = tuple(part.signal_id for part in parts if part.signal_id)
            found.append(Sentence(templates[key].format(reasons=told), rests_on or ("fit",)))
    title = {"en": "Why", "zh": "理由"}[lang]
    return (Section("why", title, tuple(found)),) if found else ()


def _reason(part: Part, lang: Lang) -> str:
    templates = data("brief")["sentences"][lang]
    points = f"{part.points:+.0f}"
    if part.signal_id is None or part.day is None:
        return str(templates["fit"].format(points=points))
    return str(
        templates["reason"].format(what=class_name(part.what, lang), day=part.day.isoformat(), points=points)
    )


def class_name(event_class: str, lang: Lang) -> str:
    """What a person calls an event class."""
    return str(data("brief")["classes"].get(event_class, {}).get(lang, event_class.replace("_", " ")))


def _profile(golden: Mapping[str, GoldenValue], lang: Lang) -> tuple[Sentence, ...]:
    """The company in one line; its address, phone and officers in a second."""
    words = data("brief")
    template, stop = words["sentences"][lang]["field"], words["sentences"][lang]["stop"]
    separator = "; " if lang == "en" else "，"
    sentences = []
    golden = _with_place(golden)
    for names in (_PROFILE[:_FIRST_LINE], _PROFILE[_FIRST_LINE:]):
        known = [(name, golden[name]) for name in names if name in golden and golden[name].value]
        told = [
            template.format(
                label=words["fields"][name][lang], value=shortened(value.display or value.value, 80)
            )
            for name, value in known
        ]
        if told:
            ids = tuple(i for _, value in known for i in value.observation_ids)
            sentences.append(Sentence(separator.join(told) + stop, ids))
    return tuple(sentences)


def _with_place(golden: Mapping[str, GoldenValue]) -> dict[str, GoldenValue]:
    """The golden record with city and country as one `place`, seen when the older of them was."""
    parts = [golden[name] for name in ("city", "country") if name in golden and golden[name].value]
    if not parts:
        return dict(golden)
    oldest = min(parts, key=lambda part: part.observed_at)
    ids = tuple(i for part in parts for i in part.observation_ids)
    text = ", ".join(part.value for part in parts)
    return {**golden, "place": replace(oldest, field="place", value=text, display=text, observation_ids=ids)}


def _told(happenings: Sequence[Happening], lang: Lang) -> tuple[Sentence, ...]:
    words = data("brief")
    sentences = []
    for told in happenings:
        text = words["sentences"][lang]["signal"].format(
            day=event_day(told).isoformat(), what=class_name(told.signal_class, lang),
            title=shortened(told.title, MOST_TITLE), status=words["statuses"][lang][told.status.value],
        )  # fmt: skip
        sources = getattr(told, "sources", ())
        if len(sources) > 1:
            text += f" ({words['sentences'][lang]['sources'].format(count=len(sources))})"
        sentences.append(Sentence(text, (told.id,), (told.evidence.url,)))
    return tuple(sentences)


def _angles(told: Sequence[Happening], facts: Facts, lang: Lang) -> tuple[Sentence, ...]:
    found: list[Sentence] = []
    for rule in (*facts.angles, *data("brief")["angles"]):
        reasons = _reasons_for(rule, told, facts) if lang in rule else ()
        if reasons and all(rule[lang] != sentence.text for sentence in found):
            found.append(Sentence(rule[lang], reasons))
    return tuple(found[:MOST_ANGLES])


def _reasons_for(rule: Mapping[str, Any], told: Sequence[Happening], facts: Facts) -> tuple[str, ...]:
    """What makes a rule fit: ids of happenings, or of what the boards say; none where it does not fit."""
    for name in ("country", "industry"):
        wanted, value = rule.get(name), facts.golden.get(name)
        if wanted and not (value and any(str(w).casefold() in value.value.casefold() for w in wanted)):
            return ()
    kind, _, name = str(rule["on"]).partition(":")
    if not name:
        return tuple(s.id for s in told if s.signal_class == kind)
    hiring = facts.hiring
    if kind == "technology":
        value = facts.golden.get("technologies")
        return value.observation_ids if value and name.casefold() in value.value.casefold() else ()
    if hiring is None:
        return ()
    fits = hiring.trend == name if kind == "trend" else any(need[0] == name for need in hiring.needs)
    return ("hiring",) if fits else ()


def _freshness(golden: Mapping[str, GoldenValue], today: date, lang: Lang) -> tuple[Sentence, ...]:
    """When the main fields were seen, those of one day and source together, newest first."""
    words = data("brief")
    templates = words["sentences"][lang]
    groups: dict[tuple[int, tuple[str, ...]], list[str]] = defaultdict(list)
    golden = _with_place(golden)
    for name in _PROFILE:
        if name in golden and golden[name].value:
            age = max((today - golden[name].observed_at.date()).days, 0)
            groups[age, golden[name].sources].append(name)
    sentences = []
    for (age, sources), names in sorted(groups.items())[:4]:
        labels = templates["join"].join(words["fields"][name][lang] for name in names)
        template = templates[{0: "seen_today", 1: "fresh_one"}.get(age, "fresh")]
        text = template.format(
            age=age, labels=labels if lang == "zh" else labels.lower(), sources=", ".join(sources)
        )
        sentences.append(Sentence(text, tuple(i for name in names for i in golden[name].observation_ids)))
    return tuple(sentences)
