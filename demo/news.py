"""Newsroom stories as home pages show them; what feeds tell is in `demo/telling.py`."""

from __future__ import annotations

from dataclasses import dataclass

from demo.companies import Firm
from demo.words import dice, words


@dataclass(frozen=True, slots=True)
class Story:
    """One story; `event_class` is `none` where it tells of no event. `age_days` before the feed was read."""

    event_class: str
    title: str
    text: str
    age_days: int


def stories(firm: Firm) -> tuple[Story, ...]:
    """The company's stories, newest first: what a change left behind, then small talk."""
    table = words("news")["zh" if firm.chinese else "en"]
    role, person = firm.officers[0]
    slots = {
        "name": firm.naming.name, "person": person, "role": role, "city": firm.place.city,
        "old": firm.old_names[-1] if firm.old_names else "",
    }  # fmt: skip
    rng = dice("news", firm.number, person, firm.street, firm.naming.name)
    found = [Story("renaming", *_filled(table["renaming"], slots), 3)] if firm.old_names else []
    for kind in ("executive_change", "relocation"):
        if rng.random() < 0.4:
            found.append(Story(kind, *_filled(table[kind], slots), rng.randint(4, 200)))
    small = rng.sample(table["none"], 2)
    found += [Story("none", title, text, rng.randint(10, 400)) for title, text in small]
    return tuple(sorted(found, key=lambda story: story.age_days))


def _filled(pair: list[str], slots: dict[str, str]) -> tuple[str, str]:
    return pair[0].format(**slots), pair[1].format(**slots)
