"""Technologies from words: which are named in a job ad, a customer story or an article, and in what role.

Spellings come from the lexicon, English and Chinese. A name that is also an everyday word ("Go", "Spring", "AI") is
taken only where its neighbours, its case or a cue settle it. A mention says less the more rivals are listed with it:
a list of every product of a market is a wish for skills, not a stack.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz.distance import OSA

from enrichers.technographic.ambiguity import Hit, joined, settle
from enrichers.technographic.lexicon_file import Lexicon, Term, read_lexicon
from enrichers.technographic.mention_kind import CONFIDENCE, MentionKind, Passage, passages

MAX_TEXT = 200_000
_START = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z0-9.*]|[㐀-鿿]")
_WORD = re.compile(r"(?<![A-Za-z0-9_@./-])[A-Za-z]{7,16}(?![A-Za-z0-9_@-]|\.[a-z])")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s，。；、)）<>\"']+|[\w.+-]+@[\w-]+\.[\w.]+", re.I)


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a technology is named.

    `start` and `end` are positions in the text after NFKC normalisation. `sentence` is the evidence. `rivals` counts
    other technologies of the same category in the sentence; `confidence`, 0–1, is that the writer's company uses it.
    """

    name: str
    category: str
    start: int
    end: int
    sentence: str
    kind: MentionKind
    rivals: int
    confidence: float


def find_mentions(text: str) -> tuple[Mention, ...]:
    """Every mention of a technology in `text`, in order. Empty for a text that names none; never raises."""
    text = unicodedata.normalize("NFKC", text[:MAX_TEXT])
    lexicon = read_lexicon()
    hits = settle(text, _longest(_hits(text, lexicon)))
    hits = _longest([*hits, *_misspelled(text, lexicon, hits)])
    mentions = [
        _mention(hit, passage)
        for passage in passages(text)
        for hit in hits
        if passage.start <= hit.start < passage.end
    ]
    return tuple(_weigh(mentions))


def spoken_names(mentions: Sequence[Mention]) -> tuple[str, ...]:
    """Names of the technologies spoken of as used or wanted, each once, in order of appearance.

    Boasts of partnership and boilerplate are left out: what a consultancy is certified for is not what it runs on.
    """
    silent = (MentionKind.PARTNER_BOAST, MentionKind.BOILERPLATE)
    return tuple(dict.fromkeys(mention.name for mention in mentions if mention.kind not in silent))


def _hits(text: str, lexicon: Lexicon) -> Iterator[Hit]:
    addresses = [match.span() for match in _ADDRESS.finditer(text)]
    for start in _START.finditer(text):
        if any(begin <= start.start() < end for begin, end in addresses):
            continue
        longest: dict[int, int] = {}
        for spelling in lexicon.spellings.get(start.group().lower(), ()):
            match = spelling.regex.match(text, start.start())
            if match and longest.setdefault(match.end(), spelling.length) == spelling.length:
                term = lexicon.terms[spelling.name]
                if not _barred(text, match.start(), match.end(), term):
                    yield Hit(term, match.group(), spelling.rule, match.start(), match.end())


def _barred(text: str, start: int, end: int, term: Term) -> bool:
    listed = text[start - 1 : start] in ("/", "、")
    if term.follows and not listed and term.follows.match(text[end : end + 40]):
        return True
    return bool(term.needs and not term.needs.search(text))


def _longest(hits: Sequence[Hit] | Iterator[Hit]) -> list[Hit]:
    """Overlapping hits reduced to the longest; of equal ones those with a rule stay, for the rule to choose."""
    kept: list[Hit] = []
    taken: list[tuple[int, int]] = []
    for hit in sorted(hits, key=lambda h: (h.start - h.end, h.start)):
        covered = any(
            start <= hit.start and hit.end <= end and (start, end) != (hit.start, hit.end)
            for start, end in taken
        )
        crossed = any(
            start < hit.end and hit.start < end and (start, end) != (hit.start, hit.end)
            for start, end in taken
        )
        if not covered and not crossed:
            kept.append(hit)
            taken.append((hit.start, hit.end))
    return sorted(kept, key=lambda h: h.start)


def _misspelled(text: str, lexicon: Lexicon, hits: Sequence[Hit]) -> Iterator[Hit]:
    """Long names with one slip of the pen, where a rightly spelt neighbour stands beside them."""
    for word in _WORD.finditer(text):
        slip = word.group().lower()
        if slip in lexicon.long_names or any(h.start < word.end() and word.start() < h.end for h in hits):
            continue
        name = _one_slip_away(slip)
        if name:
            hit = Hit(lexicon.terms[name], word.group(), "", word.start(), word.end())
            if any(joined(text, hit, other) for other in hits):
                yield hit


@lru_cache(maxsize=20_000)
def _one_slip_away(slip: str) -> str | None:
    for spelt, name in read_lexicon().long_names.items():
        if (
            abs(len(spelt) - len(slip)) <= 1
            and slip != spelt + "s"
            and spelt[0] == slip[0]
            and OSA.distance(spelt, slip, score_cutoff=1) <= 1
        ):
            return name
    return None


def _mention(hit: Hit, passage: Passage) -> Mention:
    return Mention(
        hit.term.name,
        hit.term.category,
        hit.start,
        hit.end,
        passage.text,
        passage.kind,
        0,
        CONFIDENCE[passage.kind],
    )


def _weigh(mentions: Sequence[Mention]) -> Iterator[Mention]:
    for mention in mentions:
        rivals = {
            m.name for m in mentions if m.sentence == mention.sentence and m.category == mention.category
        } - {mention.name}
        yield replace(
            mention, rivals=len(rivals), confidence=round(mention.confidence / (1 + 0.15 * len(rivals)), 3)
        )
