"""`classify`: the events of a text, with status, confidence, slots and the reasons for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from accounts.observation import SignalStatus
from intelligence.events.features import gram_at
from intelligence.events.model import Model, Reading, trained
from intelligence.events.rules import CLASSES, Hit, rulebook
from intelligence.events.slots import slots_of
from intelligence.events.status import ORDER, STANDS, reason
from intelligence.events.text import Text, read

# An event that was denied, cancelled or is old is told as such when a strong rule found it and the model does not think it absurd.
TELL_FROM = 0.1


@dataclass(frozen=True, slots=True)
class Event:
    """One event a text tells. `confidence` is the model's probability, 0–1; `because` are readable reasons, weightiest first."""

    event_class: str
    status: SignalStatus
    confidence: float
    slots: Mapping[str, Any]
    because: tuple[str, ...]

    @property
    def stands(self) -> bool:
        """True unless it was denied, cancelled or is an old story."""
        return self.status in STANDS

    def as_json(self) -> dict[str, Any]:
        """The event as the command line writes it."""
        return {
            "class": self.event_class, "status": self.status.value, "confidence": round(self.confidence, 3),
            "slots": dict(self.slots), "because": list(self.because),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Classified:
    """What was found in one text: the events, most confident first; none when the text tells none or is empty."""

    events: tuple[Event, ...] = ()
    lang: str = "en"
    note: str | None = field(default=None)

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes of the events that stand, in the fixed order of the classes."""
        said = {event.event_class for event in self.events if event.stands}
        return tuple(name for name in CLASSES if name in said)


def classify(raw: str, model: Model | None = None) -> Classified:
    """The events told in `raw`, plain text or HTML, English or Chinese. Never fails on a text."""
    text = read(raw)
    if not text.plain:
        return Classified(note="The text is empty.")
    model = model or trained(text.lang)
    hits = list(rulebook(text.lang).hits(text))
    reading = model.weigh(text, hits)
    told = decide(text, hits, reading, model)
    events = [
        Event(
            CLASSES[number], status, float(reading.probabilities[number]), slots_of(text, CLASSES[number], hits),
            explain(number, text, hits, reading, model, status, words),
        )
        for number, (status, words) in told.items()
    ]  # fmt: skip
    return Classified(tuple(sorted(events, key=lambda event: -event.confidence)), text.lang)


def decide(
    text: Text, hits: Sequence[Hit], reading: Reading, model: Model
) -> dict[int, tuple[SignalStatus, str]]:
    """The classes to tell, by number, each with its status and the words that gave the status."""
    told = {}
    strong: dict[str, list[Hit]] = {}
    for hit in hits:
        if hit.rule.strength == "strong":
            strong.setdefault(hit.rule.about, []).append(hit)
    for number, name in enumerate(CLASSES):
        probability = reading.probabilities[number]
        mine = strong.get(name, [])
        said = probability >= model.thresholds[number]
        if not said and (not mine or probability < TELL_FROM):
            continue
        status, words = status_of(text, name, mine)
        if said or status not in STANDS:
            told[number] = (status, words)
    return told


def status_of(text: Text, about: str, triggers: Sequence[Hit]) -> tuple[SignalStatus, str]:
    """The status of an event with these triggers. The headline decides when one stands there; else a denial anywhere does."""
    places = sorted({hit.start for hit in triggers}) or [0]
    first = [at for at in places if at < text.head] or places
    read_at = [reason(text, about, at) for at in first]
    rank = {status: number for number, status in enumerate(ORDER)}
    return min(read_at, key=lambda found: rank[found[0]])


def explain(
    number: int,
    text: Text,
    hits: Sequence[Hit],
    reading: Reading,
    model: Model,
    status: SignalStatus,
    words: str,
) -> tuple[str, ...]:
    """Why: the weightiest rules with the words they fired on, the weightiest n-grams, what spoke against, and the status."""
    parts = _rule_parts(number, text, hits, reading, model)
    for view, (found, rows, values) in reading.grams.items():
        weights = values * model.views[view].weights[rows, number]
        parts += _gram_words(view, text, found, rows, weights, model)
    chosen = [part for part in sorted(parts, key=lambda part: -part[0]) if part[0] >= 0.05][:4]
    against = [part for part in sorted(parts, key=lambda part: part[0]) if part[0] <= -0.3][:1]
    lines = [f"{label} ({weight:+.2f})" for weight, label in (*chosen, *against)]
    if words:
        lines.append(f"{status.value}: “{words}”")
    return tuple(lines)


def _rule_parts(
    number: int, text: Text, hits: Sequence[Hit], reading: Reading, model: Model
) -> list[tuple[float, str]]:
    """What each rule that fired is worth. Signs about a class (strong in the headline, several, alone) go to its strong rules."""
    about = CLASSES[number]
    weight = {
        name: float(model.rule_weights[model.rule_rows[name], number]) * value
        for name, value in reading.rules.items()
    }
    signs = sum(worth for name, worth in weight.items() if name.startswith(f"{about}:"))
    strong = [hit for hit in hits if hit.rule.about == about and hit.rule.strength == "strong"]
    spans = {hit.rule.name: text.plain[hit.start : hit.end] for hit in hits}
    parts = []
    for name, words in spans.items():
        shared = signs / len(strong) if any(hit.rule.name == name for hit in strong) else 0.0
        parts.append((weight[name] + shared, _rule_words(name, {name: words})))
    rest = sum(
        worth for name, worth in weight.items() if name not in spans and not name.startswith(f"{about}:")
    )
    rest += 0.0 if strong else signs
    return [*parts, (rest, "other classes and the style of the text")]


def _rule_words(name: str, spans: Mapping[str, str]) -> str:
    about, strength, rule = name.split(".", 2)
    kind = {"strong": "rule", "weak": "hint", "trap": "trap"}[strength]
    return f"{kind} {about}.{rule} on “{spans[name]}”"


def _gram_words(
    view: str, text: Text, found: Any, rows: Any, weights: Any, model: Model, most: int = 2
) -> list[tuple[float, str]]:
    """The weightiest n-grams of a view, found again in the text: the model keeps their hashes alone."""
    best = np.argsort(-weights)[:most]
    return [
        (float(weights[at]), f"words “{gram_at(view, text, found, model.views[view].hashes[rows[at]])}”")
        for at in best
        if weights[at] > 0.05
    ]
