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

from enrichers.technographic.ambiguity import Hit, Nearby, joined, settle
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
    mentions = [_mention(hit, passage) for hit, passage in _placed(hits, passages(text))]
    return tuple(_weigh(mentions))


def spoken_names(mentions: Sequence[Mention]) -> tuple[str, ...]:
    """Names of the technologies spoken of as used or wanted, each once, in order of appearance.

    Boasts of partnership and boilerplate are left out: what a consultancy is certified for is not what it runs on.
    """
    silent = (MentionKind.PARTNER_BOAST, MentionKind.BOILERPLATE)
    return tuple(dict.fromkeys(mention.name for mention in mentions if mention.kind not in silent))


def _hits(text: str, lexicon: Lexicon) -> Iterator[Hit]:
    addresses = _ADDRESS.finditer(text)
    address = next(addresses, None)
    for start in _START.finditer(text):
        while address is not None and address.end() <= start.start():
            address = next(addresses, None)
        if address is not None and address.start() <= start.start():
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
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
            continue
        start, end = kept[-1].start, kept[-1].end
        if (hit.start, hit.end) == (start, end):
            kept.append(hit)
        elif hit.end - hit.start > end - start:
            while kept and (kept[-1].start, kept[-1].end) == (start, end):
                kept.pop()
            kept.append(hit)
    return kept


def _misspelled(text: str, lexicon: Lexicon, hits: Sequence[Hit]) -> Iterator[Hit]:
    """Long names with one slip of the pen, where a rightly spelt neighbour stands beside them."""
    nearby = Nearby(hits)
    for word in _WORD.finditer(text):
        slip = word.group().lower()
        name = None if slip in lexicon.long_names else _one_slip_away(slip)
        if name:
            hit = Hit(lexicon.terms[name], word.group(), "", word.start(), word.end())
            near = nearby.of(hit)
            covered = any(other.start < hit.end and hit.start < other.end for other in near)
            if not covered and any(joined(text, hit, other) for other in near):
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


def _placed(hits: Sequence[Hit], sentences: Iterator[Passage]) -> Iterator[tuple[Hit, Passage]]:
    passage = next(sentences, None)
    for hit in hits:
        while passage is not None and hit.start >= passage.end:
            passage = next(sentences, None)
        if passage is not None:
            yield hit, passage


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
    rivals: dict[tuple[str, str], set[str]] = {}
    for mention in mentions:
        rivals.setdefault((mention.sentence, mention.category), set()).add(mention.name)
    for mention in mentions:
        count = len(rivals[mention.sentence, mention.category]) - 1
        yield replace(mention, rivals=count, confidence=round(mention.confidence / (1 + 0.15 * count), 3))
