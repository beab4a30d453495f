"""Two values side by side with what differs marked."""

from __future__ import annotations

from difflib import SequenceMatcher

from markupsafe import Markup, escape

#: Characters that are compared; longer texts are shown unmarked.
_MOST = 400


def marked(left: str | None, right: str | None) -> tuple[Markup, Markup]:
    """Both values as escaped text, what only one of them has inside `<mark>`."""
    a, b = left or "", right or ""
    if not a or not b or max(len(a), len(b)) > _MOST:
        return escape(a), escape(b)
    parts = SequenceMatcher(None, a.casefold(), b.casefold(), autojunk=False)
    if len(a.casefold()) != len(a) or len(b.casefold()) != len(b):
        parts = SequenceMatcher(None, a, b, autojunk=False)
    ours, theirs = Markup(""), Markup("")
    for tag, i, j, m, n in parts.get_opcodes():
        ours += _part(a[i:j], tag == "equal")
        theirs += _part(b[m:n], tag == "equal")
    return ours, theirs


def _part(text: str, equal: bool) -> Markup:
    if equal or not text:
        return escape(text)
    return Markup("<mark>{}</mark>").format(text)
