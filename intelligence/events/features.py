"""Turns a text into numbers: hashed word and character n-grams, rules that fired, and how the text is written.

Nothing is stored of a text but 32-bit hashes of its n-grams. Two views (words, characters) are each scaled to length 1,
so that a headline and an article weigh alike; the third holds the rules, by name and summed by class and strength.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from intelligence.events.rules import CLASSES, Hit, rulebook
from intelligence.events.status import clause_status
from intelligence.events.text import Text

Hashes = npt.NDArray[np.uint32]

GRAMS = {"en": (3, 4, 5), "zh": (1, 2, 3, 4)}
_PRIME = 0x01000193
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[a-z0-9$€£%&']+")
_NOT_LETTER = re.compile(r"[^a-z0-9$€£%&]+")


def word_hashes(text: Text) -> Hashes:
    """Hashes of words and pairs of neighbouring words; digits count as one digit. Empty for Chinese."""
    if text.lang == "zh":
        return np.zeros(0, np.uint32)
    words = [zlib.crc32(word.encode()) for word in _WORD.findall(_DIGIT.sub("0", text.folded))]
    single = np.array(words, np.uint32)
    return np.concatenate([single, single[:-1] * np.uint32(_PRIME) ^ single[1:]]) if words else single


def char_hashes(text: Text) -> Hashes:
    """Hashes of all runs of 3–5 letters (English, borders of words included) or 1–4 characters (Chinese)."""
    folded = _DIGIT.sub("0", text.folded)
    if text.lang == "en":
        folded = f" {_NOT_LETTER.sub(' ', folded)} "
    codes = np.frombuffer(folded.encode("utf-32-le", "replace"), np.uint32)
    runs = [_rolled(codes, n) for n in GRAMS[text.lang] if len(codes) >= n]
    return np.concatenate(runs) if runs else np.zeros(0, np.uint32)


def gram_at(view: str, text: Text, hashes: Hashes, wanted: np.uint32) -> str:
    """The n-gram behind one of the hashes that this view made of this text (digits shown as 0)."""
    at = int(np.flatnonzero(hashes == wanted)[0])
    folded = _DIGIT.sub("0", text.folded)
    if view == "word":
        words = _WORD.findall(folded)
        return words[at] if at < len(words) else " ".join(words[at - len(words) : at - len(words) + 2])
    if text.lang == "en":
        folded = f" {_NOT_LETTER.sub(' ', folded)} "
    for n in GRAMS[text.lang]:
        runs = max(len(folded) - n + 1, 0)
        if at < runs:
            return folded[at : at + n]
        at -= runs
    raise ValueError("The hash was not made of this text.")


def _rolled(codes: Hashes, n: int) -> Hashes:
    rolled = np.full(len(codes) - n + 1, 0x811C9DC5 + n, np.uint32)
    for shift in range(n):
        rolled = (rolled ^ codes[shift : shift + len(rolled)]) * np.uint32(_PRIME)
        rolled ^= rolled >> np.uint32(15)
    return rolled


def rule_names(lang: str) -> tuple[str, ...]:
    """The names of all rule features of a language, in their fixed order."""
    sums = [f"{about}:{what}" for about in CLASSES for what in CLASS_SIGNS]
    return (*(rule.name for rule in rulebook(lang).rules), *sums, *(f"style:{name}" for name in STYLES))


CLASS_SIGNS = ("strong", "strong2", "head", "weak", "weak2", "trap", "strong-no-trap", "head-no-trap", "denied", "cancelled", "stale", "rumoured", "planned", "only")  # fmt: skip
STYLES = (
    "long",
    "very-long",
    "ticker",
    "hashtag",
    "bracket",
    "lower",
    "upper",
    "sentences",
    "money",
    "question",
    "quiet",
    "quote",
    "other-traps",
)


def rule_features(text: Text, hits: Sequence[Hit]) -> dict[str, float]:
    """Value by name of the rule features that are not zero."""
    values: dict[str, float] = {hit.rule.name: 1.0 for hit in hits}
    head = text.head
    strong: Counter[str] = Counter()
    for about in {hit.rule.about for hit in hits} & set(CLASSES):
        mine = [hit for hit in hits if hit.rule.about == about]
        by = Counter(hit.rule.strength for hit in mine)
        first = [hit for hit in mine if hit.rule.strength == "strong"]
        strong[about] = by["strong"]
        at_head = any(hit.start < head for hit in first)
        flags = {
            "strong": by["strong"] > 0, "strong2": by["strong"] > 1, "head": at_head, "weak": by["weak"] > 0,
            "weak2": by["weak"] > 1, "trap": by["trap"] > 0, "strong-no-trap": by["strong"] and not by["trap"],
            "head-no-trap": at_head and not by["trap"],
        }  # fmt: skip
        if first:
            flags[clause_status(text, about, first[0].start).value] = True
        values.update(
            (f"{about}:{name}", 1.0) for name, flag in flags.items() if flag and name in CLASS_SIGNS
        )
    alone = [about for about, count in strong.items() if count]
    if len(alone) == 1:
        values[f"{alone[0]}:only"] = 1.0
    values.update((f"style:{name}", 1.0) for name in _styles(text, hits, quiet=not alone))
    return values


def _styles(text: Text, hits: Iterable[Hit], *, quiet: bool) -> list[str]:
    plain, long = text.plain, 300 if text.lang == "en" else 120
    letters = sum(char.isalpha() for char in plain[:200]) or 1
    upper = sum(char.isupper() for char in plain[:200])
    tests = {
        "long": len(plain) > long / 2, "very-long": len(plain) > long, "ticker": plain.startswith("$"),
        "hashtag": " #" in plain, "bracket": plain.startswith("【"), "lower": upper == 0, "upper": upper > 0.6 * letters,
        "sentences": plain.count(". ") + plain.count("。") > 1, "money": bool(_MONEY.search(plain)),
        "question": "?" in plain or "？" in plain, "quiet": quiet, "quote": '"' in plain,
        "other-traps": sum(hit.rule.about == "other" for hit in hits) > 1,
    }  # fmt: skip
    return [name for name, flag in tests.items() if flag]


_MONEY = re.compile(r"[$€£¥]\s?\d|\d\s?(?:million|billion|[亿万])")
