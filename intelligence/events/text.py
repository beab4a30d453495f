"""Makes any text safe and uniform to read: tags, entities and control characters out, widths and scripts folded."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

# What follows the first few thousand characters of an article changes no label and costs time.
READ_AT_MOST = 4_000

_SCRIPT = re.compile(r"<(script|style)\b[^>]{0,500}>[^<]{0,5000}", re.IGNORECASE)
_TAG = re.compile(r"<[/!?]?[a-zA-Z][^<>]{0,500}>|<!--[^<>]{0,500}-->")
_ENTITY_LEFTOVER = re.compile(r"#(\d{2,5});")
# A full stop after these ends no sentence.
_ABBREVIATION = re.compile(r"\b(Inc|Corp|Co|Ltd|Dr|Mr|Mrs|Ms|St|No|vs|Jr|Sr|Bros|[A-Z])\.(?=\s)")
_SPACE = re.compile(
    r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060-\u2064\u3000\ufeff\ud800-\udfff\ufffd]+"
)
_CJK = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[a-zA-Z]{2,}")
_SENTENCE_END = {"en": re.compile(r"(?<=[.!?;])\s+|\|\|"), "zh": re.compile(r"(?<=[。！？；!?;】])")}
_CLAUSE_END = {
    "en": re.compile(r",\s|:\s|\s[-–—]\s|\b(?:but|while|although|though|whereas|after|as)\b"),
    "zh": re.compile(r"[，,：:、]|但|而|不过"),
}
_WIDTHS = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F) if chr(wide) not in "，；：！？"}
_QUOTES = {ord(curly): straight for curly, straight in zip("’‘“”", "''\"\"", strict=True)}
_FOLD = _WIDTHS | _QUOTES
# Frequent in traditional business text, absent from simplified text.
_TRADITIONAL = re.compile(
    "[億萬與為發併購減資產業應對開關於東員動務報營財億訴訟斷書總經長簽約廠線會議處罰進導廣億場機電車體數將該聯]"
)


@dataclass(frozen=True, slots=True)
class Text:
    """A text made ready: `plain` as a person would read it, `folded` lower-cased, the same length; `lang` en or zh."""

    plain: str
    folded: str
    lang: str

    @property
    def head(self) -> int:
        """Where the headline (or first sentence) ends, at most 160 characters in for English and 60 for Chinese."""
        limit = 160 if self.lang == "en" else 60
        cut = _SENTENCE_END[self.lang].search(self.plain, 12)
        return min(limit, cut.start() if cut else limit, len(self.plain))

    def sentence(self, at: int) -> tuple[int, int]:
        """The span of the sentence that holds position `at`."""
        return _around(_SENTENCE_END[self.lang], self.plain, at, 0, len(self.plain))

    def clause(self, at: int) -> tuple[int, int]:
        """The span of the clause that holds position `at`, inside its sentence."""
        return _around(_CLAUSE_END[self.lang], self.folded, at, *self.sentence(at))


def read(raw: str) -> Text:
    """The text behind `raw`: HTML, entities, control characters, lone surrogates, full-width and traditional forms."""
    text = raw[: READ_AT_MOST * 4]
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAG.sub(" ", _SCRIPT.sub(" ", text))
    text = _ENTITY_LEFTOVER.sub("'", _SPACE.sub(" ", text)).strip()[:READ_AT_MOST].translate(_FOLD)
    lang = language(text)
    if lang == "en":
        text = _ABBREVIATION.sub(r"\1", text.replace("U.S.", "US").replace("U.K.", "UK"))
    if lang == "zh" and _TRADITIONAL.search(text):
        text = simplify(text)
    lower = text.lower()
    return Text(text if len(lower) == len(text) else lower, lower, lang)


def language(text: str) -> str:
    """`zh` when Chinese characters carry the text, else `en`."""
    sample = text[:1000]
    han = len(_CJK.findall(sample))
    return "zh" if han * 3 > len(_WORD.findall(sample)) * 2 + 1 else "en"


def simplify(text: str) -> str:
    """Traditional characters turned into simplified ones (OpenCC t2s); untouched when that would change the length."""
    simple: str = _converter().convert(text)
    return simple if len(simple) == len(text) else text


@cache
def _converter() -> OpenCC:
    from opencc import OpenCC  # noqa: PLC0415 - loaded only when a traditional text comes by

    return OpenCC("t2s")


def _around(ends: re.Pattern[str], text: str, at: int, start: int, stop: int) -> tuple[int, int]:
    for cut in ends.finditer(text, start, stop):
        if cut.end() <= at:
            start = cut.end()
        elif cut.start() > at:
            return start, cut.start()
    return start, stop
