"""Two values side by side with what differs marked."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

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
    parts = SequenceMatcher(
        None, [p.casefold() for p in ours], [p.casefold() for p in theirs], autojunk=False
    )
    told = (Markup(""), Markup(""))
    for tag, i, j, m, n in parts.get_opcodes():
        told = (
            told[0] + _part("".join(ours[i:j]), tag == "equal"),
            told[1] + _part("".join(theirs[m:n]), tag == "equal"),
        )
    return told


def _part(text: str, equal: bool) -> Markup:
    return escape(text) if equal or not text else Markup("<mark>{}</mark>").format(text)
