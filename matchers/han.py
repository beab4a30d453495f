"""Chinese company names: region (行政区划), brand (字号), trade (行业), legal form, branch, and list marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from matchers.folding import has_han
from matchers.tables import legal_forms, regions, trades

_LIST_MARK = re.compile(r"^(?:s?\*?st|\*|xd|xr|dr|nst|[nsc])(?=[\u4e00-\u9fff])")
_TAIL_MARK = re.compile(r"(?<=[\u4e00-\u9fff])\s*(?:-\s?(?:uw?|w|wd|ky|dr|b|s|sw)?创?|[abh]股?|-[a-z]{1,2})$")
_SEAT = re.compile(
    r"^(?:英属)?(?:开曼群岛|维京群岛|百慕达|百慕大|英属|萨摩亚|马绍尔|美国|新加坡)?商(?=.{2})|^(?:英属)?(?:开曼群岛|开曼|百慕大)(?=.{2})"
)
_BRANCH = re.compile(
    r"(?:(?<=公司)|(?<=银行)|^(?=.{8}))(.{0,8}?(?:分公司|分行|支行|分店|营业部|办事处|分社|分厂))$"
)
_PIECES = re.compile(r"[^\u3400-\u9fff〇a-z0-9]+")
_HAN_RUN = re.compile(r"[\u3400-\u9fff〇0-9]+")
_SUFFIXES = (
    "特别行政区",
    "维吾尔自治区",
    "回族自治区",
    "壮族自治区",
    "自治区",
    "自治州",
    "省",
    "市",
    "县",
    "区",
)
_COUNTRY = "中国"
_LATIN_WORD = re.compile(r"[a-z][a-z0-9&.'-]*")
_BRANCHES = ("公司", "分行", "支行", "分店", "营业部", "办事处", "分社", "分厂")
_SOFT = ("集团股份", "控股集团", "集团控股", "集团", "股份", "控股")
_SEATED = frozenset("英开维百萨马美新商")
_SUFFIX_STARTS = frozenset(s[0] for s in _SUFFIXES)


@dataclass(frozen=True, slots=True)
class HanParts:
    """A Chinese name: `stem` is the name without marks and legal form, `body` the stem without regions.

    `brand` is what is left of the body before its trailing trade words; a name of trade words alone is its
    own brand. `regions` are GB/T 2260 codes, `branch` the words that make it a branch.
    """

    stem: str
    body: str
    brand: str
    trades: tuple[str, ...]
    regions: tuple[str, ...]
    forms: frozenset[str]
    group: bool
    branch: str


def says_nothing(han: HanParts) -> bool:
    """True for a name of trade words or a region alone ("科技", 中国)."""
    known = trades().english_of
    return han.brand in known and (han.brand == han.body or not han.trades)


@cache
def _forms() -> re.Pattern[str]:
    known = sorted((f for f in legal_forms() if has_han(f)), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, known))})")


def take_apart(folded: str) -> tuple[HanParts | None, str]:
    """Parts of a folded name that holds Han characters, and its Latin words (may be empty)."""
    text = _without_marks(folded.replace(" ", " ").strip())
    latin = " ".join([w for w in _LATIN_WORD.findall(text) if len(w) > 1])
    kinds: set[str] = set()
    found = _BRANCH.search(text) if text.endswith(_BRANCHES) else None
    branch = found.group(1) if found and found.start(1) else ""
    text = text.removesuffix(branch) if branch else text

    def note(found: re.Match[str]) -> str:
        kinds.add(legal_forms()[found.group()])
        return "\n"

    text = _forms().sub(note, text.replace(" ", "") if not latin else text)
    if "股份" in text and not kinds:
        kinds.add("joint stock")
    pieces = [p for p in _PIECES.split(text) if has_han(p)]
    if not pieces:
        return None, latin
    pieces = ["".join(_HAN_RUN.findall(p)) for p in pieces]
    return _parts(pieces, frozenset(kinds), branch), latin


def _without_marks(text: str) -> str:
    """The text without what share lists put before and behind a name (*ST, -U)."""
    if text[:1].isascii():
        text = _LIST_MARK.sub("", text)
    return _TAIL_MARK.sub("", text) if text[-1:].isascii() or text[-1:] in "创股" else text


def _without_seat(text: str) -> str:
    return _SEAT.sub("", text) if text[:1] in _SEATED else text


def _parts(pieces: list[str], kinds: frozenset[str], branch: str) -> HanParts:
    whole = "".join(pieces)
    stem = _without_seat(whole) or whole
    if stem.endswith("股份") and len(stem) > 3:
        stem = stem[:-2]
    codes: list[str] = []
    bodies: list[str] = []
    for at, piece in enumerate(pieces):
        rest = _without_seat(piece) if at == 0 else piece
        rest = _take_regions(rest, codes, keep=at == 0)
        bodies.append(rest)
    body = "".join(bodies)
    group = "集团" in body
    for soft in _SOFT if body.endswith(_SOFT) else ():
        if body.endswith(soft) and len(body) > len(soft) + 1:
            body = body[: -len(soft)]
    body = body.replace("集团", "") if group and len(body) > 4 else body
    brand, found = _split_trades(body)
    return HanParts(stem, body, brand, found, tuple(dict.fromkeys(codes)), kinds, group, branch)


def _take_regions(text: str, codes: list[str], *, keep: bool) -> str:
    """The text without leading regions; their codes are added. A text that is all region stays when `keep`."""
    han = regions().han
    while True:
        for size in range(min(5, len(text)), 1, -1):
            code = han.get(text[:size])
            if code is None:
                continue
            rest = text[size:]
            if rest[:1] in _SUFFIX_STARTS:
                rest = next(
                    (rest[len(s) :] for s in _SUFFIXES if rest.startswith(s) and len(rest) > len(s)), rest
                )
            if keep and len(rest) < 2:
                codes.append(code)
                return text
            codes.append(code)
            text = rest
            break
        else:
            return text


def _split_trades(body: str) -> tuple[str, tuple[str, ...]]:
    """Brand and trailing trade words, longest word first from the right; the brand keeps two characters."""
    known = trades()
    found: list[str] = []
    end = len(body)
    while end > 2:
        for size in known.ends.get(body[end - 1], ()):
            if 1 < size <= end - 2 and body[end - size : end] in known.english_of:
                found.append(body[end - size : end])
                end -= size
                break
        else:
            break
    if body[:end] in (_COUNTRY, "中华"):
        return body, tuple(reversed(found))
    return body[:end], tuple(reversed(found))
