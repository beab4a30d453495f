"""The lexicon: names of technologies as people write them, from the YAML files of `lexicon/`.

A file has a `category`, a `group` (`software`, `data`, `office`, `design`, `eda`: who its names stand beside) and
`names`. An entry's keys: `also` (other spellings, English or Chinese), `raw` (regular expressions for spellings with
signs), `ambiguous` (how an everyday word is told from the product: one of `RULES`, for all spellings or by spelling),
`cue` (words nearby that settle it), `not` (what must not follow), `near` (groups that count as neighbours), `needs`
(what the whole text must hold), `group`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from enrichers.technographic.fingerprint import FingerprintsError

RULES = frozenset({"short", "word", "never", "zh", "vendor", "designer", "pcb", "statistics"})
_KEYS = frozenset({"also", "raw", "ambiguous", "cue", "not", "near", "needs", "group"})
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_VERSION = r"(?:[\s-]?[vV]?\.?\d+(?:\.(?:\d+|x))*\+?)?"


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write a name. `rule` is '' for a spelling that can mean nothing else."""

    name: str
    regex: re.Pattern[str]
    rule: str
    length: int


@dataclass(frozen=True, slots=True)
class Term:
    """A technology of the lexicon."""

    name: str
    category: str
    group: str
    cue: re.Pattern[str] | None = None
    follows: re.Pattern[str] | None = None
    near: frozenset[str] = frozenset()
    needs: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Terms by name, spellings by their first character in lower case, and long names for misspellings."""

    terms: Mapping[str, Term]
    spellings: Mapping[str, tuple[Spelling, ...]]
    long_names: Mapping[str, str]


@lru_cache(maxsize=1)
def read_lexicon() -> Lexicon:
    """The lexicon of the distribution. Raises FingerprintsError where an entry is ill-formed or told twice."""
    terms: dict[str, Term] = {}
    spellings: dict[str, list[tuple[int, Spelling]]] = {}
    long_names: dict[str, str] = {}
    folder = files("enrichers.technographic").joinpath("lexicon")
    for file in sorted((f for f in folder.iterdir() if f.name.endswith(".yml")), key=lambda f: f.name):
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader
        for name, entry in document["names"].items():
            term = _term(str(name), entry or {}, document, file.name)
            if term.name in terms:
                raise FingerprintsError(
                    f"{file.name} tells {term.name!r} a second time.", remedy="Merge the two."
                )
            terms[term.name] = term
            for text, spelling in _spellings(term.name, entry or {}):
                for first in _firsts(text):
                    spellings.setdefault(first, []).append((len(text), spelling))
                bare = text.lower()
                if not spelling.rule and len(bare) >= 7 and bare.isascii() and bare.isalpha():
                    long_names[bare] = term.name
    ordered = {
        key: tuple(s for _, s in sorted(found, key=lambda pair: -pair[0])) for key, found in spellings.items()
    }
    return Lexicon(terms, ordered, long_names)


def _term(name: str, entry: Mapping[str, Any], document: Mapping[str, Any], file: str) -> Term:
    unknown = set(entry) - _KEYS
    if unknown:
        raise FingerprintsError(
            f"{file}: {name!r} has unknown keys {sorted(unknown)}.", remedy=f"Known are {sorted(_KEYS)}."
        )
    return Term(
        name,
        str(document["category"]),
        str(entry.get("group", document["group"])),
        _optional(entry.get("cue")),
        _optional(entry.get("not")),
        frozenset(entry.get("near", ())),
        _optional(entry.get("needs")),
    )


def _optional(source: str | None) -> re.Pattern[str] | None:
    return re.compile(source, re.I) if source else None


def _spellings(name: str, entry: Mapping[str, Any]) -> list[tuple[str, Spelling]]:
    """Spellings with the text they are ordered by: the longer one wins."""
    ambiguous = entry.get("ambiguous") or {}
    raw = [str(source) for source in entry.get("raw", ())]
    found = []
    for source in raw:
        rule = ambiguous if isinstance(ambiguous, str) else ""
        text = _plain_text(source)
        regex = re.compile(_edged(source), 0 if source.isupper() else re.I)
        found.append((text, Spelling(name, regex, _rule(name, rule), len(text))))
    bare = re.sub(r"\s*\(.*\)$", "", name)
    plain = [] if any(re.fullmatch(source, bare, re.I) for source in raw) else [bare]
    for text in [*plain, *map(str, entry.get("also", ()))]:
        rule = (
            ambiguous if isinstance(ambiguous, str) else ambiguous.get(text, ambiguous.get(text.lower(), ""))
        )
        regex = re.compile(_flexible(text, versioned=rule != "short"), re.I)
        found.append((text, Spelling(name, regex, _rule(name, rule), len(text))))
    return found


def _rule(name: str, rule: str) -> str:
    if rule and rule not in RULES:
        raise FingerprintsError(
            f"{name!r} has the unknown rule {rule!r}.", remedy=f"Known are {sorted(RULES)}."
        )
    return rule


def _flexible(text: str, *, versioned: bool) -> str:
    """A spelling as an expression: blanks and hyphens may be missing, a version may follow, edges are no letters."""
    body = r"[\s_·-]{0,2}".join(re.escape(part) for part in text.split(" "))
    if not text.isascii():
        return body
    tail = _VERSION if versioned and not text[-1].isdigit() else ""
    return (
        rf"(?<![A-Za-z0-9_@.])(?<![A-Za-z0-9][&-]){body}{tail}(?![A-Za-z0-9_]|[+#](?!\w))"
        if text[0].isalnum()
        else body
    )


def _edged(source: str) -> str:
    return rf"(?<![A-Za-z0-9_@])(?:{source})(?![A-Za-z0-9_]|[+#])"


def _plain_text(source: str) -> str:
    return re.sub(r"\(\?[^)]*\)|\\s\??|\[\\s\]\??|[\\?]", "", source)


def _firsts(text: str) -> set[str]:
    first = text[0].lower()
    return (
        {"d", "."}
        if first == "."
        else {"d"}
        if text.startswith("dot")
        else {"阿"}
        if text.startswith("阿")
        else {first}
    )
