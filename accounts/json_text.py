"""JSON of the world as values that can be kept: no half of a surrogate pair, which no UTF-8 file and no database takes.

Python's own reader lets them through, both as `\\ud800` and as raw bytes (RFC 8259, 8.2, calls what follows unpredictable).
"""

from __future__ import annotations

import json
import re
from typing import Any

_ESCAPES = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def load_json(body: bytes | str) -> Any:
    """The value in a JSON text; what is no character becomes U+FFFD. Raises ValueError, RecursionError as `json.loads` does.

    >>> load_json(b'"a\\\\ud800b"'), load_json(b'"\\\\ud83d\\\\ude00"')
    ('a\\ufffdb', '😀')
    """
    text = body if isinstance(body, str) else body.decode(json.detect_encoding(body), "replace")
    text = text.removeprefix("\ufeff")
    if "\\ud" in text or "\\uD" in text:
        text = _ESCAPES.sub(lambda found: "\\ufffd" if found[1] else found[0], text)
    return json.loads(text)
