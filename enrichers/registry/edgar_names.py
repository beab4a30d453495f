"""Which registrants may bear a name: a cheap preselection. Whether one *is* the account, the matcher decides."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

from enrichers.registry.edgar_parse import Registrant

MOST_CANDIDATES = 10
_ENOUGH = 0.5
_STATE_MARK = re.compile(r"[/\\](?:[a-z]{2,3}|new|adr|bd|ta)[/\\]?\s*$")
_WORD = re.compile(r"[^\W_]+")
_SILENT = frozenset(
    [
        "the",
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "co",
        "company",
        "companies",
        "ltd",
        "limited",
        "llc",
        "llp",
        "lp",
        "plc",
        "sa",
        "ag",
        "nv",
        "se",
        "bv",
        "ab",
        "asa",
        "oyj",
        "spa",
        "kk",
        "pte",
        "pty",
        "gmbh",
        "srl",
        "holdings",
        "holding",
        "group",
        "trust",
        "and",
        "of",
        "de",
    ]
)


def name_tokens(name: str) -> tuple[str, ...]:
    """The words of a name that tell companies apart, folded; all words where it has no others.

    >>> name_tokens("AMAZON COM INC"), name_tokens("The Trade Desk, Inc."), name_tokens("ioSafe Inc.")
    (('amazon', 'com'), ('trade', 'desk'), ('iosafe',))
    """
    folded = unicodedata.normalize("NFKD", name[:300]).casefold()
    folded = "".join(c for c in folded if not unicodedata.combining(c))
    folded = re.sub(r"(?<=\w)['’.](?=\w)", "", _STATE_MARK.sub("", folded.strip()))
    words = tuple(_WORD.findall(folded))
    return tuple(w for w in words if w not in _SILENT) or words


class RegistrantIndex:
    """Registrants by the words of their names; a rare word counts for more than a common one."""

    def __init__(self, registrants: Sequence[Registrant]) -> None:
        self._registrants = registrants
        self._tokens = [name_tokens(r.title) for r in registrants]
        self._by_token: dict[str, list[int]] = defaultdict(list)
        self._by_key: dict[str, list[int]] = defaultdict(list)
        for i, tokens in enumerate(self._tokens):
            self._by_key["".join(tokens)].append(i)
            for token in set(tokens):
                self._by_token[token].append(i)

    def same(self, name: str) -> tuple[Registrant, ...]:
        """The registrants whose name has the very same words, spaces apart."""
        return tuple(
            self._registrants[i] for i in self._by_key.get("".join(name_tokens(name)), ())[:MOST_CANDIDATES]
        )

    def near(self, name: str) -> tuple[Registrant, ...]:
        """At most ten registrants that share at least half of the weight of the names' words, best first."""
        wanted = set(name_tokens(name))
        exact = self._by_key.get("".join(name_tokens(name)), [])
        scores: dict[int, float] = dict.fromkeys(exact, 2.0)
        for token in sorted(wanted, key=lambda t: len(self._by_token.get(t, ())))[:4]:
            for i in self._by_token.get(token, ())[:2000]:
                if i not in scores:
                    scores[i] = self._likeness(wanted, set(self._tokens[i]))
        best = sorted((-score, i) for i, score in scores.items() if score >= _ENOUGH)
        return tuple(self._registrants[i] for _, i in best[:MOST_CANDIDATES])

    def _likeness(self, left: set[str], right: set[str]) -> float:
        shared = sum(map(self._weight, left & right))
        return shared / (sum(map(self._weight, left | right)) or 1.0)

    def _weight(self, token: str) -> float:
        return math.log((len(self._registrants) + 1) / (len(self._by_token.get(token, ())) + 0.5))
