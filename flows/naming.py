"""Where a text names an account, in any of its spellings, and which other company may be its subject."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from accounts.account import Account
from intelligence.events.text import language
from matchers.focus import find_focus
from matchers.names import parse
from matchers.tables import trades

#: How much of a text behind the title is read for names.
READ_AT_MOST = 1_500
_HAN = re.compile(r"[\u3400-\u9fff]")
_FORM_EN = r"(?:Inc|Corp|Corporation|Ltd|Limited|LLC|PLC|plc|AG|GmbH|SA|NV|SE|Holdings|Group|Co)\b\.?"
_OTHER_EN = re.compile(rf"\b((?:[A-Z][\w&'’-]*[\s,]+){{1,4}}{_FORM_EN})")
_OTHER_ZH = re.compile(
    r"(?:^|[，。；：、\s“”《》])(?![由与和向对被从为将在])([一-龥A-Za-z0-9（）()]{2,16}?(?:有限公司|有限责任公司|集团|股份|科技|电子|机械|制造|实业|控股|银行|证券|资本|基金))"
)
#: A form cut short that goes on like this is part of another company's name.
_GOES_ON = re.compile(
    r"^[一-龥]{0,3}?(?:有限公司|有限责任公司|集团|股份|控股|科技|电子|机械|制造|实业|银行|证券)"
)
#: Words that go on a Latin name.
_CONTINUED = frozenset(
    {
        "holding",
        "group",
        "service",
        "system",
        "partner",
        "lab",
        "capital",
        "venture",
        "foundation",
        "university",
        "institute",
        "international",
    }
)
#: Han names with fewer characters are words as well.
_SHORTEST = 4
#: A proper name at a headline's head: capitalised words before the first that is not.
_HEAD_EN = re.compile(r"^((?:[A-Z][\w&'’-]*)(?:\s(?:[A-Z][\w&'’-]*|&|of|and))*)\s+[a-z]")


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names the account: the text it stands in, the span, how surely that name means it (0–1)."""

    text: str
    start: int
    end: int
    lang: str
    probability: float
    in_title: bool

    def starts_before(self, other: str) -> bool:
        """True where the account stands before another name in that text."""
        at = self.text.find(other)
        return at < 0 or self.start <= at


@dataclass(frozen=True, slots=True)
class Naming:
    """The spellings of one account: as given, and Han forms without region and legal form, longest first."""

    names: tuple[str, ...]
    han: tuple[str, ...]

    @classmethod
    def of(cls, account: Account) -> Naming:
        """The spellings of an account of the CRM."""
        given = [account.get(field) for field in ("name", "legal_name")]
        aliases = re.split(r"[;；]", account.get("aliases") or "")
        return cls.from_names(tuple(n.strip() for n in (*given, *aliases) if n and n.strip()))

    @classmethod
    @lru_cache(maxsize=4096)
    def from_names(cls, names: tuple[str, ...]) -> Naming:
        """The spellings that names bring with them."""
        han = {form for name in names for form in _han_forms(name)}
        return cls(tuple(dict.fromkeys(names)), tuple(sorted(han, key=lambda form: (-len(form), form))))

    def lang(self, text: str) -> str:
        """`zh` or `en`, as the text is written."""
        return language(text)

    def find(self, title: str, text: str) -> Mention | None:
        """Where title, else text, names the account; None where neither surely does."""
        body = text[:READ_AT_MOST]
        return self._find(title, in_title=True) or (self._find(body, in_title=False) if body else None)

    def _find(self, text: str, *, in_title: bool) -> Mention | None:
        spans = [*self._han_spans(text), *self._latin_spans(text)]
        best = max(spans, key=lambda span: (span[2], -span[0]), default=None)
        if best is None:
            return None
        return Mention(text, best[0], best[1], language(text), best[2], in_title)

    def _han_spans(self, text: str) -> Iterator[tuple[int, int, float]]:
        for form in self.han:
            at = text.find(form)
            if at < 0 or self._goes_on(text, at, form):
                continue
            rivals = [name for name in others_named(text) if not any(own in name for own in self.han)]
            found = find_focus(text, [form, *rivals])
            if found.company == form or (found.company is None and not rivals):
                yield at, at + len(form), max(found.probability, 0.95 if not rivals else 0.0)
            elif found.company is not None and form in found.company:
                continue  # part of a longer name: somebody else's
            else:
                yield at, at + len(form), 1 - found.probability
            return

    def _goes_on(self, text: str, at: int, form: str) -> bool:
        """True where the name goes on behind a form that was cut short, and not the way the account's own does."""
        if form == self.han[0] or any(
            text.startswith(longer, at) for longer in self.han if len(longer) > len(form)
        ):
            return False
        return _GOES_ON.match(text[at + len(form) : at + len(form) + 16]) is not None

    def _latin_spans(self, text: str) -> Iterator[tuple[int, int, float]]:
        for name in self.names:
            if _HAN.search(name):
                continue
            found = find_focus(text, [name])
            span = latin_span(text, name) if found.company else None
            if span and not _latin_goes_on(text, span[1], name):
                yield (*span, found.probability)


def _han_forms(name: str) -> Iterator[str]:
    """The name, without region and legal form, and cut after any of its trades: 蓝谷传感技术 is 蓝谷传感, too."""
    if not _HAN.search(name):
        return
    yield name
    parsed = parse(name)
    parts = parsed.han
    if not parts:
        return
    forms = [form for form in (parts.stem, parts.body) if len(form) >= _SHORTEST]
    size = len(parts.brand)
    for trade in parts.trades:
        size += len(trade)
        if size >= _SHORTEST and parts.body.startswith(parts.brand):
            forms.append(parts.body[:size])
    if len(parts.body) == _SHORTEST - 1 and not parts.trades:
        forms.append(parts.body)
    yield from forms
    for form in forms:  # as the name itself is written: in traditional characters
        at = parsed.folded.find(form)
        if at >= 0 and len(parsed.folded) == len(name):
            yield name[at : at + len(form)]


def latin_span(text: str, name: str) -> tuple[int, int] | None:
    """Where the distinctive words of a Latin name stand in a text."""
    parts = parse(name).latin
    if not parts:
        return None
    for size in range(len(parts.tokens), 0, -1):
        pattern = r"\b" + r"[\W_]{1,3}".join(re.escape(token) for token in parts.tokens[:size]) + r"\b"
        found = re.search(pattern, text, re.IGNORECASE)
        if found:
            return found.span()
    return None


def _latin_goes_on(text: str, end: int, name: str) -> bool:
    """True where a name goes on behind a mention: "Alderbank Plumbing" is not meant by "Alderbank Plumbing Services"."""
    following = re.match(r"\s([A-Z][a-z]+)\b", text[end : end + 40])
    word = following.group(1).lower() if following else ""
    if not word or word in name.lower():
        return False
    return word in _CONTINUED or word.removesuffix("s") in _CONTINUED or word in trades().english


def others_named(text: str) -> list[str]:
    """Companies a text names by their form: "Globex Inc", 蓝海科技有限公司."""
    pattern = _OTHER_ZH if language(text) == "zh" else _OTHER_EN
    return list(dict.fromkeys(match.group(1).strip(" ,") for match in pattern.finditer(text[:READ_AT_MOST])))


def other_subject(title: str, naming: Naming) -> str | None:
    """Another company that a headline opens with, or that it names by its form; None where the account may be its subject."""
    for name in others_named(title):
        if not _is_same(name, naming):
            return name
    head = _HEAD_EN.match(title)
    if head and " " in head.group(1) and not _is_same(head.group(1), naming) and language(title) == "en":
        return head.group(1)
    return None


def _is_same(name: str, naming: Naming) -> bool:
    """True where a name met in a text is one of the account's spellings, or holds or shortens one."""
    if any(form in name or name in form for form in naming.han):
        return True
    return any(latin_span(name, own) or latin_span(own, name) for own in naming.names if not _HAN.search(own))
