"""HTML fragments as plain text: what feeds and job boards put into their JSON and XML."""

from __future__ import annotations

import html
import re

_DROPPED = re.compile(
    r"<(script|style|head|noscript|template)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
_BREAK = re.compile(
    r"<(?:/?(?:p|div|ul|ol|h[1-6]|tr|table|section|article|blockquote)|br|li)\b[^<>]{0,2000}>", re.IGNORECASE
)
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]{0,5000}>")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ESCAPED = re.compile(r"&lt;/?[a-zA-Z]")
LONGEST = 200_000


def plain(markup: str, longest: int = LONGEST, *, packed: bool = True) -> str:
    """The text of a fragment, a line a block. Markup that is escaped a second time is read as markup, where it is `packed`.

    >>> plain("&lt;p&gt;One &amp;amp; two&lt;/p&gt;&lt;p&gt;Three&lt;/p&gt;")
    'One & two\\nThree'
    """
    markup = markup[:longest].encode("utf-8", "replace").decode()  # half of a surrogate pair is no text
    if packed and _ESCAPED.search(markup):
        markup = html.unescape(markup)
    if "<" in markup:
        if "<!--" in markup:
            markup = _COMMENT.sub(" ", markup)
        markup = _DROPPED.sub(" ", markup)
        markup = _TAG.sub("", _BREAK.sub("\n", markup))
    text = html.unescape(markup)
    return "\n".join(line for raw in text.splitlines() if (line := " ".join(raw.split())))
