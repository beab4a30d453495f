"""Latin names side by side: words aligned with abbreviations, initialisms, glued words and typing errors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from operator import mul

from rapidfuzz.distance import Indel, JaroWinkler

from accounts.values.place import country_code
from matchers.model import Feature
from matchers.names import Name
from matchers.rarity import Rarity
from matchers.tables import exclusive_forms

FEATURES = (
    Feature("same_core", 1, (0, 1)),
    Feature("same_words", 1, (0, 1)),
    Feature("spelling_jw", 1, (0.55, 0.7, 0.8, 0.87, 0.93, 1.0)),
    Feature("spelling_ratio", 1, (0.3, 0.5, 0.65, 0.8, 0.9, 1.0)),
    Feature("short_covered", 1, (0.2, 0.4, 0.6, 0.75, 0.9, 1.0)),
    Feature("long_covered", 1, (0.1, 0.25, 0.4, 0.6, 0.8, 0.95, 1.0)),
    Feature("first_word", 1, (0, 0.5, 0.8, 0.95, 1)),
    Feature("short_missing", -1, (0.2, 0.4, 0.6, 0.8, 1.0)),
    Feature("long_missing", -1, (0.2, 0.4, 0.6, 0.8, 1.0)),
    Feature("both_missing", -1, (0, 0.1, 0.3, 0.6, 1.0)),
    Feature("shared_rarity", 1, (0.2, 0.5, 0.8, 1.0, 1.5, 2.2)),
    Feature("rarest_shared", 1, (0.2, 0.5, 0.7, 0.85, 1.0)),
    Feature("same_form", 1, (0, 1)),
    Feature("other_form", -1, (0, 1)),
    Feature("initialism", 1, (0, 1)),
    Feature("glued", 1, (0, 1)),
    Feature("leading_part", 1, (0, 1)),
    Feature("other_number", -1, (0, 1)),
    Feature("other_country", -1, (0, 1)),
    Feature("typo_only", 1, (0, 0.8, 0.9, 0.97)),
    Feature("exclusive_form", -1, (0, 1)),
)  # fmt: skip


def word_likeness(a: str, b: str, word_a: str, word_b: str) -> float:
    """How well one word stands for another, 0–1: equal, abbreviated, or mistyped."""
    if a == b:
        return 1.0
    if word_a == word_b:
        return 0.95
    if len(a) > len(b):
        a, b, word_b = b, a, word_a
    short = _abbreviates(a, b, word_b) if a[0] == b[0] else 0.0
    if short or len(a) < 4:
        return short
    if len(a) == len(b) and _swapped(a, b):
        return _SWAPPED
    return float(Indel.normalized_similarity(a, b, score_cutoff=0.74)) * 0.92


_SWAPPED = 0.88


def _swapped(a: str, b: str) -> bool:
    """Two neighbouring letters have changed places ("appel", "apple")."""
    at = next(i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y)
    return a[at : at + 2] == b[at : at + 2][::-1] and a[at + 2 :] == b[at + 2 :]


def _abbreviates(short: str, long: str, word: str) -> float:
    """How well a short word stands for a long one with the same first letter: its beginning, or its skeleton."""
    if long.startswith(short):
        return 0.55 + 0.05 * min(len(short), 7) if len(short) > 1 else 0.45
    if word.startswith(short) and len(short) > 2:
        return 0.55 + 0.05 * min(len(short), 7)
    return 0.6 if 2 <= len(short) <= 6 and len(long) - len(short) >= 2 and _skeleton(short, long) else 0.0


def _skeleton(short: str, long: str) -> bool:
    """True when the short word is the long one with letters left out ("mfg", "svcs")."""
    left = iter(long)
    return all(c in left for c in short) and sum(c in "aeiou" for c in short) <= len(short) // 3 + 1


def align(a: Name, b: Name) -> tuple[list[float], list[float], bool, bool]:
    """Quality 0–1 by which each word of either name is met in the other; whether an initialism or glue helped."""
    assert a.latin and b.latin
    ta, tb, wa, wb = a.latin.tokens, b.latin.tokens, a.latin.words, b.latin.words
    qa, qb = [0.0] * len(ta), [0.0] * len(tb)
    _equal_words(ta, tb, wa, wb, qa, qb)
    left_a = [i for i, q in enumerate(qa) if not q]
    left_b = [j for j, q in enumerate(qb) if not q] if left_a else ()
    if not left_a or not left_b:
        return qa, qb, False, False
    scored = [
        (q, -abs(i - j), i, j)
        for i in left_a
        for j in left_b
        if (q := word_likeness(ta[i], tb[j], wa[i], wb[j])) > 0
    ]
    scored.sort(reverse=True)
    for q, _, i, j in scored:
        if not qa[i] and not qb[j]:
            qa[i] = qb[j] = q
    glued = initials = False
    for ones, others, q1, q2 in ((ta, tb, qa, qb), (tb, ta, qb, qa)):
        if len(others) > 1:
            glued |= _glue(ones, others, q1, q2)
    for ones, others, q1, q2 in ((ta, tb, qa, qb), (tb, ta, qb, qa)):
        if len(others) > 1:
            initials |= _initials(ones, others, q1, q2)
    return qa, qb, initials, glued


def _equal_words(
    ta: Sequence[str],
    tb: Sequence[str],
    wa: Sequence[str],
    wb: Sequence[str],
    qa: list[float],
    qb: list[float],
) -> None:
    """Meets words that are equal as written, or once abbreviations are resolved."""
    at_b: dict[str, int] = {}
    for j in range(len(tb) - 1, -1, -1):
        at_b[wb[j]] = j
        at_b[tb[j]] = j
    for i, token in enumerate(ta):
        j = at_b.get(token, -1)
        if j < 0:
            j = at_b.get(wa[i], -1)
        if j >= 0 and not qb[j]:
            qa[i] = qb[j] = 1.0 if tb[j] == token else 0.95


def _glue(ones: Sequence[str], others: Sequence[str], q1: list[float], q2: list[float]) -> bool:
    """Meets a word written as one here and as several there ("vanderbilt", "van der bilt")."""
    done = False
    for i, word in enumerate(ones):
        if q1[i] > 0.9 or len(word) < 4:
            continue
        for j in range(len(others) - 1):
            joined = others[j]
            if not word.startswith(joined):
                continue
            k = j + 1
            while k < len(others) and len(joined) < len(word):
                joined += others[k]
                k += 1
            if k > j + 1 and (
                joined == word or (joined.startswith(word) and len(word) - len(others[j]) >= 2)
            ):
                q1[i] = 0.95
                for at in range(j, k):
                    q2[at] = max(q2[at], 0.95 if joined == word else 0.8)
                done = True
                break
    return done


def _initials(ones: Sequence[str], others: Sequence[str], q1: list[float], q2: list[float]) -> bool:
    """Meets an initialism with the words it stands for ("cc", "central china")."""
    for i, word in enumerate(ones):
        size = len(word)
        if q1[i] > 0.7 or not 2 <= size <= 6:
            continue
        for j in range(len(others) - size + 1):
            if all(others[j + k][0] == word[k] for k in range(size)) and all(
                q2[j + k] < 0.9 for k in range(size)
            ):
                q1[i] = max(q1[i], 0.8)
                for k in range(size):
                    q2[j + k] = max(q2[j + k], 0.75)
                return True
    return False


def features(a: Name, b: Name, rarity: Rarity) -> tuple[float, ...]:
    """The values of `FEATURES` for two names with Latin parts."""
    assert a.latin and b.latin
    left, right = a.latin, b.latin
    qa, qb, initials, glued = align(a, b)
    ra, rb = rarity.of_words(left.words), rarity.of_words(right.words)
    sa, sb = sum(ra), sum(rb)
    shared = list(map(mul, qa, ra))
    ma, mb = sum(shared), sum(map(mul, qb, rb))
    ua = max([r * (1 - q) for q, r in zip(qa, ra, strict=True)])
    ub = max([r * (1 - q) for q, r in zip(qb, rb, strict=True)])
    ca, cb = ma / (sa or 1.0), mb / (sb or 1.0)
    if sa > sb:
        short, long, miss_short, miss_long = cb, ca, ub, ua
    else:
        short, long, miss_short, miss_long = ca, cb, ua, ub
    same_core = left.joined == right.joined
    ratio = Indel.normalized_similarity(left.joined, right.joined)
    near = JaroWinkler.similarity(left.joined, right.joined)
    small = min(len(qa), len(qb))
    return (
        float(same_core),
        float(left.words == right.words),
        near,
        ratio,
        short,
        long,
        _first(left.tokens, right.tokens, left.words, right.words, qa, qb),
        miss_short,
        miss_long,
        min(sa - ma, sb - mb),
        min(ma, mb),
        max(shared),
        float(bool(left.forms) and left.forms == right.forms),
        float(bool(left.forms and right.forms) and not left.forms & right.forms),
        float(initials),
        float(glued),
        float(all(q > 0.9 for q in qa[:small]) and all(q > 0.9 for q in qb[:small])),
        float(_other_numbers(left.tokens, right.tokens)),
        float(_other_country(left.tokens, right.tokens, qa, qb)),
        ratio if len(qa) == len(qb) and min(qa) > 0.5 and min(qb) > 0.5 else 0.0,
        float(_exclude(left.forms, right.forms)),
    )


def _exclude(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """One law keeps the two legal forms apart: the names are those of two legal persons."""
    if not ours or not theirs or ours & theirs:
        return False
    return any(frozenset((a, b)) in exclusive_forms() for a in ours for b in theirs)


def _first(
    ta: Sequence[str],
    tb: Sequence[str],
    wa: Sequence[str],
    wb: Sequence[str],
    qa: list[float],
    qb: list[float],
) -> float:
    if ta[0] == tb[0]:
        return 1.0
    likeness = word_likeness(ta[0], tb[0], wa[0], wb[0])
    return max(likeness, 0.6 * min(qa[0], qb[0]))


def _other_numbers(ta: Sequence[str], tb: Sequence[str]) -> bool:
    return {t for t in ta if t.isdigit() or t in _ROMAN} != {t for t in tb if t.isdigit() or t in _ROMAN}


_ROMAN = frozenset({"ii", "iii", "iv", "vi", "vii", "viii", "ix"})


def _other_country(ta: Sequence[str], tb: Sequence[str], qa: list[float], qb: list[float]) -> bool:
    """Both sides name a country the other does not."""
    return _names_country(ta, qa) and _names_country(tb, qb)


def _names_country(tokens: Sequence[str], met: list[float]) -> bool:
    for token, quality in zip(tokens, met, strict=True):
        if quality < 0.9 and len(token) > 3 and _country(token):
            return True
    return False


@lru_cache(maxsize=1 << 14)
def _country(word: str) -> str | None:
    return country_code(word)
