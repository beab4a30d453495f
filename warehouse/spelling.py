"""How a person's name may be written: one pattern that finds it in values, passages, URLs, mailboxes and keys.

Case, accents, spacing, punctuation, width, the order of first and last name, and simplified against traditional
characters do not matter; what stands around it does: "Ann Lee" is not found in "Joann Leedham".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from accounts.errors import ConfigError

#: Takes the place of a name in a text that is kept.
BLOT = "[erased]"

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+")
#: Between the parts of a name: "Doe, Jane", "jane.doe", "Jane\u00a0 Doe", "janedoe".
_GAP = 3


@dataclass(frozen=True, slots=True)
class Spelling:
    """The pattern of a name: `regex` decides; `rough` is one for DuckDB's RE2 that finds all of it and little more.

    RE2 takes tens of milliseconds to compile the classes of Unicode, so `rough` has none.
    """

    regex: re.Pattern[str]
    rough: str

    def found_in(self, text: str) -> bool:
        """True where the name stands in a text."""
        return self.regex.search(text) is not None

    def blotted(self, text: str) -> str:
        """The text with every mention of the name struck out."""
        return self.regex.sub(BLOT, text)


def spelling_of(*names: str) -> Spelling:
    """The spelling of a name, and of other forms of it. Raises ConfigError for one too short to be told from words."""
    for name in names:
        letters = "".join(_TOKEN.findall(unicodedata.normalize("NFKC", name)))
        if len(letters) < (2 if re.search(f"[{_CJK}]", letters) else 4):
            raise ConfigError(
                f"{name!r} is too short to be told from other words.", remedy="Give the full name.", key=name
            )
    return exact_spelling(names)


def exact_spelling(names: Iterable[str]) -> Spelling:
    """The spelling of names of any length; nothing is found by names without letters."""
    forms = (tokens for name in names for tokens in _variants(name) if tokens)
    variants = list({tuple(t.lower() for t in tokens): tokens for tokens in forms}.values())
    exact = [_joined(v, r"[\W_]", r"(?<![^\W_])", r"(?![^\W_])") for v in variants]
    rough = [_joined(v, ".", "", "") for v in variants]
    never = r"[^\s\S]"
    return Spelling(re.compile("|".join(exact) or never, re.IGNORECASE), "(?is)" + ("|".join(rough) or "a^"))


def _variants(name: str) -> Iterator[tuple[str, ...]]:
    """The tokens of every form of a name, longest forms first."""
    wide = unicodedata.normalize("NFKC", name)
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    for form in (name, wide, unicodedata.normalize("NFD", wide), wide.casefold(), bare, *_scripts(wide)):
        tokens = tuple(_TOKEN.findall(form))
        yield tokens
        if 1 < len(tokens) < 5 and not re.search(f"[{_CJK}]", form):
            yield (tokens[-1], *tokens[:-1])


def _scripts(name: str) -> Iterator[str]:
    if re.search("[\u4e00-\u9fff]", name):
        yield from (converter.convert(name) for converter in _converters())


@cache
def _converters() -> tuple[Any, ...]:
    import opencc  # noqa: PLC0415 - loads tables, and few names are Chinese

    return opencc.OpenCC("t2s"), opencc.OpenCC("s2t")


def _joined(tokens: tuple[str, ...], gap: str, before: str, after: str) -> str:
    """The tokens with a small gap between; words must end where the name ends, CJK characters run on."""
    inner = f"{gap}{{0,{_GAP}}}".join(map(re.escape, tokens))
    cjk = re.compile(f"[{_CJK}]")
    return ("" if cjk.match(tokens[0]) else before) + inner + ("" if cjk.match(tokens[-1]) else after)
