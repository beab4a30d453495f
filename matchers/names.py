"""A company's name taken apart: region, brand (字号), trade, legal form, branch and marks; Latin and Han."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from matchers.folding import fold_all, fold_and_tell, has_han
from matchers.han import HanParts, says_nothing, take_apart
from matchers.latin import LatinParts, read_latin

_JUNK = frozenset(
    [
        "n/a",
        "na",
        "none",
        "null",
        "nil",
        "test",
        "testing",
        "unknown",
        "-",
        "--",
        ".",
        "?",
        "tbd",
        "xxx",
        "xx",
        "x",
        "company",
        "companyname",
        "same",
        "asdf",
        "同上",
        "无",
        "測試",
        "测试",
        "未知",
        "不详",
        "暂无",
        "空",
        "待定",
    ]
)


@dataclass(frozen=True, slots=True)
class Name:
    """One name, taken apart. `traditional` tells that it is written in traditional characters; `han` or `latin` is None where the name has no such part."""

    raw: str
    folded: str
    traditional: bool
    han: HanParts | None
    latin: LatinParts | None

    @property
    def script(self) -> str:
        """`han`, `latin`, or empty for a name with nothing to compare."""
        return "han" if self.han else "latin" if self.latin else ""

    @property
    def forms(self) -> frozenset[str]:
        """The kinds of legal form the name states."""
        found: frozenset[str] = frozenset()
        for part in (self.han, self.latin):
            found |= part.forms if part else frozenset()
        return found

    @property
    def core(self) -> str:
        """The name without legal form and marks, folded: what two spellings of one name share."""
        pieces = [self.latin.joined if self.latin else "", self.han.stem if self.han else ""]
        return "".join(pieces)

    @property
    def full(self) -> str:
        """The name with its kinds of legal form: equal for two spellings of one registered name."""
        return f"{self.core}|{'+'.join(sorted(self.forms))}"


@lru_cache(maxsize=1 << 18)
def parse(raw: str) -> Name:
    """Takes one name apart. Never raises; junk ("N/A", "test", 同上, a lone legal form) has neither part."""
    return _taken_apart(raw, *fold_and_tell(raw or ""))


def _taken_apart(raw: str, folded: str, traditional: bool) -> Name:
    folded = folded.strip()
    if not folded or folded in _JUNK or folded.replace(" ", "") in _JUNK:
        return Name(raw, folded, False, None, None)
    if not has_han(folded):
        return Name(raw, folded, False, None, read_latin(folded))
    han, rest = take_apart(folded)
    latin = read_latin(rest) if rest else None
    if han and latin and says_nothing(han):
        han = None
    return Name(raw, folded, traditional, han, latin)


def parse_all(raws: Sequence[str]) -> list[Name]:
    """Takes many names apart, each distinct one once, folded as one column; equals `parse` of each."""
    distinct = list(dict.fromkeys(raws))
    known = {
        raw: _taken_apart(raw, *folded) for raw, folded in zip(distinct, fold_all(distinct), strict=True)
    }
    return [known[raw] for raw in raws]


_BRACKETS = re.compile(r"[（(\[【「].*?[)）\]】」]")


def without_brackets(text: str) -> str:
    """A text without what stands in brackets."""
    return _BRACKETS.sub(" ", text)
