"""The account brief: half a page from templates, English or Chinese. Deterministic; every sentence names what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml

from accounts.golden import GoldenValue
from accounts.observation import Signal
from intelligence.decay import event_day
from intelligence.events.status import STANDS
from intelligence.score import Score

Lang = Literal["en", "zh"]

# What a rep reads in a minute.
MOST_SIGNALS = 5
MOST_TITLE = 160


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the ids (observations, signals) and addresses it rests on; none for a rule's suggestion alone."""

    text: str
    rests_on: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its sentences."""

    title: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """The brief of one account in one language."""

    account_id: str
    lang: Lang
    headline: Sentence
    sections: tuple[Section, ...]

    def as_text(self) -> str:
        """The brief as plain text, links under the sentence they belong to."""
        lines = [self.headline.text]
        for section in self.sections:
            lines += ["", section.title]
            for sentence in section.sentences:
                lines += [f"- {sentence.text}", *(f"  {url}" for url in sentence.urls)]
        return "\n".join(lines) + "\n"


def write_brief(
    account_id: str,
    name: str,
    golden: Mapping[str, GoldenValue],
    signals: Iterable[Signal],
    score: Score | None,
    today: date,
    lang: Lang = "en",
) -> Brief:
    """The brief of an account on a day. Signals that were denied, cancelled or are old news are left out."""
    words = _words()
    told = sorted(
        (s for s in signals if s.status in STANDS), key=lambda s: (event_day(s), s.id), reverse=True
    )
    risky = [signal for signal in told if signal.signal_class in words["risks"]]
    news = [signal for signal in told if signal.signal_class not in words["risks"]]
    titles, none = words["sections"][lang], Sentence(words["sentences"][lang]["none"])
    sections = [
        Section(titles["company"], _facts(golden, lang)),
        Section(titles["changed"], _told(news, lang) or (none,)),
        Section(titles["risks"], _told(risky, lang)),
        Section(titles["angle"], _angle(told, lang)),
        Section(titles["freshness"], _freshness(golden, today, lang)),
    ]
    headline = _headline(name, score, lang)
    return Brief(account_id, lang, headline, tuple(section for section in sections if section.sentences))


def _headline(name: str, score: Score | None, lang: Lang) -> Sentence:
    templates = _words()["sentences"][lang]
    if score is None:
        return Sentence(templates["unscored"].format(name=name))
    band = score.band.name if lang == "en" else _words()["bands"].get(score.band.name, score.band.name)
    action = score.band.action_en if lang == "en" else score.band.action_zh
    text = templates["headline"].format(name=name, score=f"{score.value:g}", band=band, action=action)
    return Sentence(text, tuple(part.signal_id for part in score.parts if part.signal_id))


def _facts(golden: Mapping[str, GoldenValue], lang: Lang) -> tuple[Sentence, ...]:
    template = _words()["sentences"][lang]["field"]
    return tuple(
        Sentence(template.format(label=label, value=value.display or value.value), value.observation_ids)
        for label, value in _known(golden, lang)
    )


def _freshness(golden: Mapping[str, GoldenValue], today: date, lang: Lang) -> tuple[Sentence, ...]:
    templates = _words()["sentences"][lang]
    sentences = []
    for label, value in _known(golden, lang):
        age = max((today - value.observed_at.date()).days, 0)
        template = templates["fresh" if age else "seen_today"]
        text = template.format(label=label, age=age, sources=", ".join(value.sources))
        sentences.append(Sentence(text, value.observation_ids))
    return tuple(sentences)


def _known(golden: Mapping[str, GoldenValue], lang: Lang) -> list[tuple[str, GoldenValue]]:
    return [(label[lang], golden[field]) for field, label in _words()["fields"].items() if field in golden]


def _told(signals: Sequence[Signal], lang: Lang) -> tuple[Sentence, ...]:
    words = _words()
    sentences = []
    for signal in signals[:MOST_SIGNALS]:
        what = words["classes"].get(signal.signal_class, {}).get(lang, signal.signal_class)
        title = signal.title if len(signal.title) <= MOST_TITLE else signal.title[: MOST_TITLE - 1] + "…"
        text = words["sentences"][lang]["signal"].format(
            day=event_day(signal).isoformat(),
            what=what,
            title=title,
            status=words["statuses"][lang][signal.status.value],
        )
        sentences.append(Sentence(text, (signal.id,), (signal.evidence.url,)))
    return tuple(sentences)


def _angle(signals: Sequence[Signal], lang: Lang) -> tuple[Sentence, ...]:
    for rule in _words()["angles"]:
        reasons = tuple(signal.id for signal in signals if signal.signal_class == rule["on"])
        if reasons:
            return (Sentence(rule[lang], reasons),)
    return ()


@cache
def _words() -> Any:
    return yaml.safe_load((resources.files("intelligence") / "data" / "brief.yml").read_text("utf-8"))
