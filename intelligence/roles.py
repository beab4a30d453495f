"""What a company is in an event, from the words beside its name: its subject, the one taken over, or only a bystander."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from intelligence.tables import data

_NEAR = {"en": 60, "zh": 16}


@dataclass(frozen=True, slots=True)
class Role:
    """A role by name, and the event classes that are not the company's own in that role (`all`: none is)."""

    name: str
    not_for: frozenset[str]

    def owns(self, event_class: str) -> bool:
        """True where an event of that class is the company's own."""
        return not ({"all", event_class} & self.not_for)


SUBJECT = Role("subject", frozenset())


def role_at(text: str, start: int, end: int, lang: str) -> Role:
    """The role of the company whose name stands at `start`–`end` of a lower-cased text; `subject` where nothing says otherwise."""
    near = _NEAR[lang]
    before, after = text[max(0, start - near) : start], text[end : end + near]
    for role, ahead, behind in _rules(lang):
        if ahead is not None and ahead.search(before):
            return role
        if behind is not None and behind.search(after):
            return role
    return SUBJECT


def speaks_for_itself(text: str, lang: str) -> bool:
    """True for a text in the first person, which tells of its owner."""
    return re.search(data("roles")["own_voice"][lang], text.lower()) is not None


@cache
def _rules(lang: str) -> tuple[tuple[Role, re.Pattern[str] | None, re.Pattern[str] | None], ...]:
    rules = []
    for entry in data("roles")[lang]:
        before, after = entry.get("before"), entry.get("after")
        ahead = re.compile(f"(?:{before.rstrip('$')})$") if before else None
        behind = re.compile(after) if after else None
        rules.append((Role(entry["role"], frozenset(entry["not_for"])), ahead, behind))
    return tuple(rules)
