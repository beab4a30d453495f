"""Two values side by side with what differs marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import groupby

from markupsafe import Markup, escape

#: Characters that are compared; longer texts are shown unmarked.
_MOST = 400
#: Words of letters are compared whole; digits, signs and Han characters one by one.
_PIECE = re.compile(r"[A-Za-z\u00c0-\u024f]+|.", re.DOTALL)


def marked(left: str | None, right: str | None) -> tuple[Markup, Markup]:
    """Both values as escaped text, what only one of them has inside `<mark>`; case makes no difference."""
    a, b = left or "", right or ""
    if not a or not b or max(len(a), len(b)) > _MOST:
        return escape(a), escape(b)
    ours, theirs = _PIECE.findall(a), _PIECE.findall(b)
    told = (Markup(""), Markup(""))
    for same, left_part, right_part in _runs(ours, theirs):
        told = (told[0] + _part(left_part, same), told[1] + _part(right_part, same))
    return told


def _runs(ours: list[str], theirs: list[str]) -> Iterator[tuple[bool, str, str]]:
    """Stretches that agree or differ: place by place for values of one length (a digit mistyped), else as an edit would."""
    a, b = [p.casefold() for p in ours], [p.casefold() for p in theirs]
    same = [x == y for x, y in zip(a, b, strict=False)]
    if len(a) == len(b) and 2 * sum(same) >= len(same):
        for equal, group in groupby(range(len(same)), key=same.__getitem__):
            at = list(group)
            yield equal, "".join(ours[at[0] : at[-1] + 1]), "".join(theirs[at[0] : at[-1] + 1])
        return
    for tag, i, j, m, n in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        yield tag == "equal", "".join(ours[i:j]), "".join(theirs[m:n])


def _part(text: str, equal: bool) -> Markup:
    return escape(text) if equal or not text else Markup("<mark>{}</mark>").format(text)
