"""Where a company stands in its register: the same state goes by many words, in two languages."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

from accounts.values.base import Hints, ValueType, no_hints


@cache
def _states() -> dict[str, str]:
    text = resources.files("accounts.values").joinpath("statuses.csv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return {row["word"]: row["state"] for row in csv.DictReader(lines)}


class StatusType(ValueType):
    """A registration status: identity is `active` or `closed` where the word is known, else the word itself."""

    name = "status"

    def key(self, text: str, hints: Hints = no_hints) -> str:
        """The state behind the word.

        >>> StatusType().key("Dissolved"), StatusType().key("存续（在营、开业、在册）"), StatusType().key("ISSUED")
        ('closed', 'active', 'issued')
        """
        plain = super().key(text)
        head = plain.partition("(")[0].strip()
        return _states().get(plain) or _states().get(head) or plain
