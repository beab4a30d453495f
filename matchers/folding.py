"""Text folded for comparing: one width, one case, simplified Han, no accents, no control characters."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

LONGEST = 300
"""Characters of a name that are looked at; what is longer is no company's name, and must not cost time."""

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff〇]")
_NOISE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]"
)
_CAMEL = re.compile(
    r"^[A-Za-z]\S*?(?:Limited|Ltd|Inc|Corp|Holdings?|Group|Technolog(?:y|ies)|Company|Co\.)", re.ASCII
)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?=\()")
_SPECIAL = str.maketrans(
    {"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"}
)
_CYRILLIC = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True))
    | {"ё": "e", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "",
       "ю": "yu", "я": "ya", "і": "i", "ї": "yi", "є": "ye", "ґ": "g"}
)  # fmt: skip
_ROMAN = {chr(code): said for code, said in (_SPECIAL | _CYRILLIC).items()}


@cache
def _simplifier() -> OpenCC:
    from opencc import OpenCC  # noqa: PLC0415 - Latin-only work never pays for it

    return OpenCC("t2s")


def has_han(text: str) -> bool:
    """True when a text holds a Han character."""
    return not text.isascii() and _HAN.search(text) is not None


def fold(text: str) -> str:
    """A text's folded form: NFKC, case folded, simplified, romanised Cyrillic, accents and controls dropped.

    Only the first 300 characters count. Never raises.

    >>> fold("ＬＯＲÉＡＬ　臺灣"), fold("Муром")
    ('loreal 台湾', 'murom')
    """
    return fold_and_tell(text)[0]


def fold_and_tell(text: str) -> tuple[str, bool]:
    """The folded form, and whether the text holds characters that only traditional writing uses.

    >>> fold_and_tell("臺灣")[1], fold_and_tell("台湾")[1]
    (True, False)
    """
    text = _as_written(text)
    if text.isascii():
        return _plain(text), False
    text = unicodedata.normalize("NFKC", _NOISE.sub("", text))[:LONGEST].casefold()
    traditional = False
    if _HAN.search(text):
        simple = str(_simplifier().convert(text))
        traditional, text = simple != text, simple
    text = text.translate(_SPECIAL).translate(_CYRILLIC)
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return text, traditional


def _as_written(text: str) -> str:
    """The text that counts, entities resolved and glued words cut apart."""
    text = text[:LONGEST]
    if "&" in text:
        text = html.unescape(text)
    if " " not in text.strip() and _CAMEL.search(text):
        text = _HUMP.sub(" ", text)
    return text


def _plain(text: str) -> str:
    return text.lower() if text.isprintable() else _NOISE.sub("", text).lower()


_AT_ONCE = 20_000


def fold_all(texts: Sequence[str]) -> list[tuple[str, bool]]:
    """`fold_and_tell` of many texts: what is not ASCII is folded as one column, a tenth of the time.

    >>> fold_all(["ＬＯＲÉＡＬ", "臺灣", "Inc"])
    [('loreal', False), ('台湾', True), ('inc', False)]
    """
    found: list[tuple[str, bool]] = [("", False)] * len(texts)
    wide: list[tuple[int, str]] = []
    for at, raw in enumerate(texts):
        text = _as_written(raw)
        if text.isascii():
            found[at] = (_plain(text), False)
        elif "\n" in text:
            found[at] = fold_and_tell(raw)
        else:
            wide.append((at, text))
    for start in range(0, len(wide), _AT_ONCE):
        part = wide[start : start + _AT_ONCE]
        folded = _fold_column([text for _, text in part])
        for (at, _), answer in zip(part, folded, strict=True):
            found[at] = fold_and_tell(texts[at]) if answer is None else answer
    return found


def _fold_column(texts: Sequence[str]) -> list[tuple[str, bool] | None]:
    """Texts folded as one, a line each; None for one that has to be folded alone (it grew over the longest)."""
    lines = unicodedata.normalize("NFKC", _NOISE.sub("", "\n".join(texts))).split("\n")
    alone = [len(line) > LONGEST for line in lines]
    lines = (
        "\n".join("" if long else line for line, long in zip(lines, alone, strict=True))
        .casefold()
        .split("\n")
    )
    han = [at for at, line in enumerate(lines) if _HAN.search(line)]
    traditional = [False] * len(lines)
    if han:
        simple = str(_simplifier().convert("\n".join(lines[at] for at in han))).split("\n")
        for at, line in zip(han, simple, strict=True):
            traditional[at] = line != lines[at]
            lines[at] = line
    whole = "\n".join(lines)
    letters = set(whole)
    table = {ord(c): said for c, said in _ROMAN.items() if c in letters}
    whole = unicodedata.normalize("NFD", whole.translate(table) if table else whole)
    dropped = {ord(c): None for c in set(whole) if unicodedata.combining(c)}
    folded = (whole.translate(dropped) if dropped else whole).split("\n")
    return [None if long else (line, old) for line, old, long in zip(folded, traditional, alone, strict=True)]
