"""What a role is about: the kind of work, and the business needs its advertisement speaks of. English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from accounts.telling import Need
from accounts.values.base import tidy

_SENTENCE = re.compile(r"[^\n。！？!?；;.]+(?:\.(?!\s|$)[^\n。！？!?；;.]+)*[。！？!?；;.]?")
_CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+|(?<!\d)\+?\d[\d\s().-]{7,}\d(?!\d)")
_MOST_TEXT = 20_000
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class _NeedRule:
    name: str
    hint: re.Pattern[str]
    said: re.Pattern[str]


@cache
def _data(name: str) -> Mapping[str, Any]:
    text = resources.files("enrichers.hiring").joinpath("data", name).read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@cache
def _functions() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, _any(words)) for name, words in _data("functions.yml").items())


@cache
def _needs() -> tuple[_NeedRule, ...]:
    rules = [(name, rule) for name, rule in _data("needs.yml").items() if name != "veto"]
    return tuple(
        _NeedRule(name, re.compile("|".join(map(re.escape, rule["hint"]))), _any(rule["said"]))
        for name, rule in rules
    )


@cache
def _veto() -> re.Pattern[str]:
    """Sentences about what the employer sells or stands for."""
    return _any(_data("needs.yml")["veto"])


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def function_of(title: str, department: str = "") -> str | None:
    """The kind of work of a title, else of its department; None where neither tells.

    >>> function_of("Senior Account Executive, DACH"), function_of("数控操作工"), function_of("Rockstar")
    ('sales', 'manufacturing', None)
    """
    for told in (title[:200], department[:200]):
        name = _function(told)
        if name is not None:
            return name.removesuffix("_general")
    return None


def _function(told: str) -> str | None:
    return next((name for name, words in _functions() if words.search(told)), None) if told else None


def needs_in(text: str) -> tuple[Need, ...]:
    """The needs a text speaks of, each once with the sentence that says so; contacts are taken out of it."""
    text = text[:_MOST_TEXT]
    low = text.lower()
    wanted = [rule for rule in _needs() if rule.hint.search(low)]
    if not wanted:
        return ()
    found: dict[str, Need] = {}
    for sentence in _sentences(text):
        if _veto().search(sentence):
            continue
        for rule in wanted:
            if rule.name not in found and rule.said.search(sentence):
                found[rule.name] = Need(rule.name, without_contacts(sentence))
    return tuple(found.values())


def without_contacts(sentence: str) -> str:
    """A sentence without mailboxes and numbers: an advertisement's contact is a person.

    >>> without_contacts("Write to jo@acme.example or +1 303 555 0100 today.")
    'Write to … or … today.'
    """
    return tidy(_CONTACT.sub("…", sentence))[:_LONGEST]


def suites() -> Mapping[str, frozenset[str]]:
    """The fields that hold one system of a kind, with the technologies of that kind."""
    return {field: frozenset(names) for field, names in _data("suites.yml").items()}


def _sentences(text: str) -> Iterator[str]:
    for match in _SENTENCE.finditer(text):
        sentence = match.group().strip()
        for start in range(0, len(sentence), 1000):
            yield sentence[start : start + 1000]
