"""Owners that are no parents: funds, governments and bare holdings, told by their names."""

from __future__ import annotations

import re
from functools import cache

from matchers.folding import fold, has_han
from matchers.names import parse
from matchers.tables import rows_of


@cache
def _words(kind: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns of the Latin words, whole, and of the Han words of a kind."""
    words = sorted(
        (row["word"] for row in rows_of("owners.csv") if row["kind"] == kind), key=len, reverse=True
    )
    latin = "|".join(re.escape(w) for w in words if not has_han(w))
    han = "|".join(w for w in words if has_han(w))
    return re.compile(rf"\b(?:{latin})\b"), re.compile(han)


def owner_kind(name: str) -> str:
    """`fund`, `government`, `holding` (a bare one: nothing else names a trade or a brand), or empty for a company like others.

    >>> owner_kind("Norvel Capital Partners IV"), owner_kind("某省人民政府国有资产监督管理委员会"), owner_kind("Norvel Group plc")
    ('fund', 'government', '')
    """
    folded = fold(name)
    for kind in ("government", "fund"):
        latin, han = _words(kind)
        if latin.search(folded) or han.search(folded):
            return kind
    return "holding" if _is_bare_holding(name, folded) else ""


def _is_bare_holding(name: str, folded: str) -> bool:
    """Nothing but the word for holding, a number and places is left of the name ("Holding 7 Limited")."""
    parts = parse(name)
    latin, han = _words("holding")
    if not (latin.search(folded) or han.search(folded)):
        return False
    if parts.han:
        return len(han.sub("", parts.han.body)) < 2
    if not parts.latin:
        return True
    left = [
        t
        for at, t in enumerate(parts.latin.tokens)
        if not latin.fullmatch(t) and at not in parts.latin.region_at
    ]
    return not any(len(t) > 2 and not t.isdigit() for t in left)
