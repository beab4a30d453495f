"""Of whom a sentence of a page speaks: of the page's owner, of nobody, or of somebody else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import islice
from urllib.parse import unquote, urlsplit

from enrichers.firmographic.name_parts import (
    domain_label,
    may_be_name,
    squeezed,
    title_segments,
    without_legal_form,
)
from enrichers.firmographic.page import Line, Page
from enrichers.firmographic.structured import Organisation
from enrichers.firmographic.words import pattern_of

_SENTENCE = re.compile(
    r"(?:(?<!\b(?:Inc|Ltd|Est))(?<!\b(?:Co|St|Dr|Mr|Jr|No))(?<!\b[A-Z])[.!?]\s+(?=[^\sa-z])|[。！？；;]|\s[|•·]\s)"
)
_REACH = 160
_HEADING = 70
_ABOVE = 3
"""Lines above one that may say of whom it speaks."""
_TOP = 12
_FILLERS = re.compile(
    r"(?i)\b(?:was|were|is|has been|proudly|originally|first|officially|family[- ]owned|wurde|a|the|and|ist)\b|[\W_]"
)
_NAMED_NEXT = re.compile(r",\s+(?:the\s)?([A-Z]\w+(?:\s[A-Z&]\w*)*)")
_LEGAL_NAME = re.compile(
    r"\b[A-Z][\w&.-]*,?\s(?:Inc|LLC|Ltd|Limited|LLP|PLC|Corp|GmbH|AG|KG|SE|SA|S\.A|S\.?p\.?A|B\.?V|Co)\b|[\u4e00-\u9fff]{2}(?:公司|集团|集團|事务所|研究院|厂|廠)"
)
_REST_OF_NAME = re.compile(
    r"^[\w-]*(?:,?\s+(?:[A-Z&][\w&.-]*))*|^[\u4e00-\u9fff]{0,20}?(?:公司|集团|集團|事务所|研究院|厂|廠)"
)
"""What follows the first words of a name and belongs to it: `Brandhuber` *Kältetechnik GmbH* was founded."""
_JOINED = re.compile(r"[和与與及的为為是由在]")
_HAN_NAME = re.compile(
    r"[\u4e00-\u9fff·()]{2,30}(?:公司|集团|集團|事务所|研究院|厂|廠|中心|院|所)(?:\W?[^\W\d]{0,4})$"
)
_COPYRIGHT = re.compile(r"(?i)copyright|©|版\s*[权權]\s*所\s*有")
_SIGNATURE, _SIGNATURES = 300, 200
_HAN_RUN = re.compile(r"[\u4e00-\u9fff()·]{2,40}?(?:公司|集团|集團|厂|廠)")
_ASIDE = re.compile(r"\((?![\u4e00-\u9fff]{2,6}\))[^()]{0,80}(?:\)|$)|[“”\"]")
_ROOT = re.compile(
    r"(?i)^/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|home|default|main|start)(?:\.\w{2,5})?/?)?$"
)
_BETWEEN = r"[\W_]*(?:and[\W_]*)?"


class Subject(Enum):
    """Of whom a sentence speaks. `ANYBODY` is someone it does not name: `it`, or a name nobody here knows."""

    OWN = "own"
    NOBODY = "nobody"
    ANYBODY = "anybody"
    OTHER = "other"


def sides(text: str, start: int, end: int) -> tuple[str, str]:
    """What the sentence around a span says before and after it."""
    before, after = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    ends = [found.end() for found in _SENTENCE.finditer(before)]
    return before[ends[-1] :] if ends else before, _SENTENCE.split(after, maxsplit=1)[0]


def says_something(text: str) -> bool:
    """True for more than articles, auxiliaries and punctuation."""
    return bool(_FILLERS.sub("", text))


def _words(key: str) -> re.Pattern[str]:
    return pattern_of("statements.yml", key)


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((found.end() for found in pattern.finditer(text)), default=-1)


@dataclass
class Speaker:
    """The owner of a page: what it is called there, and where it speaks of itself."""

    page: Page
    organisations: Sequence[Organisation]
    own_names: Sequence[str] = ()

    def subject(self, text: str, start: int, end: int) -> Subject:
        """Whom the sentence around a span is about: who was last spoken of before it, else who comes next."""
        before, after = sides(text, start, end)
        if not says_something(before):
            return self._announced(after[:80])
        said, bare = self._last_own(before), _ASIDE.sub("", before).rstrip()
        name = _HAN_NAME.search(bare)
        if said >= 0 and said > _last(_words("others"), before[: -len(name.group())] if name else before):
            rest = _ASIDE.sub("", before[said:])
            return Subject.OTHER if _LEGAL_NAME.search(_after_name(rest)) else Subject.OWN
        if name and self._signs(name.group()):
            return Subject.OWN
        if _words("others").search(bare[: name.start()] if name else bare):
            return Subject.OTHER
        if name:
            return Subject.ANYBODY if self._signed_by_company else Subject.NOBODY
        return Subject.ANYBODY if _words("anybody").search(bare) else Subject.OTHER

    def _announced(self, after: str) -> Subject:
        """Whom a sentence is about that begins `Founded in 1987, …`."""
        if self._last_own(after) >= 0:
            return Subject.OWN
        named = _NAMED_NEXT.match(after)
        if not named:
            return Subject.NOBODY
        return Subject.OWN if self._signs(named.group(1)) else Subject.ANYBODY

    def _signs(self, name: str) -> bool:
        """True for a name that stands in the page's head, foot or copyright line."""
        letters = squeezed(name)
        return _is_telling(letters) and any(letters in squeezed(text) for text in self._signature)

    @cached_property
    def _signed_by_company(self) -> bool:
        """True where some company's full name stands in the signature: another one's is somebody else's then."""
        return any(_HAN_NAME.search(name) for text in self._signature for name in _HAN_RUN.findall(text))

    @cached_property
    def _signature(self) -> list[str]:
        signed = (
            line.plain[:_SIGNATURE]
            for line in self.page.lines
            if line.within("header", "footer") or _COPYRIGHT.search(line.plain[:_SIGNATURE])
        )
        return list(islice(signed, _SIGNATURES))

    def _last_own(self, text: str) -> int:
        """Where the owner was last spoken of in a text; -1 where it was not."""
        named = _last(self._name, text) if self._name else -1
        return max(named, _last(_words("own"), text))

    @cached_property
    def _name(self) -> re.Pattern[str] | None:
        """The names the page gives its owner, however spaced."""
        names = [*self.own_names, self.page.meta.get("og:site_name", ""), *title_segments(self.page.title)]
        names += [organisation.first("name") for organisation in self.organisations if organisation.main]
        spelt = {form for name in names if may_be_name(name) for form in (name, without_legal_form(name))}
        words = {tuple(re.findall(r"\w+", name)) for name in spelt} | {tuple(domain_label(self.page.url))}
        telling = [_BETWEEN.join(map(re.escape, parts)) for parts in words if _is_telling("".join(parts))]
        return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(telling)})", re.IGNORECASE) if telling else None

    def is_beside_name(self, line: Line) -> bool:
        """True in the head or foot of a page, in its main heading, and beside the owner's name."""
        if line.within("header", "footer") or line.heading == 1 or line.number < _TOP:
            return True
        near = self.page.lines[max(0, line.number - 2) : line.number + _ABOVE]
        return self._name is not None and any(
            len(other.plain) <= _HEADING and self._name.search(other.plain) for other in near
        )

    def is_among_others(self, line: Line) -> bool:
        """True under a heading, or a name, of somebody else."""
        return any(
            len(above.plain) <= _HEADING
            and self._last_own(above.plain) < 0
            and (_LEGAL_NAME.search(above.plain) or (above.heading and _words("others").search(above.plain)))
            for above in self.page.before(line, _ABOVE)
        )

    @cached_property
    def is_own_page(self) -> bool:
        """True for the home page and those about the company; also where nobody knows the page's address."""
        try:
            path = unquote(urlsplit(self.page.url or "").path)
        except ValueError:
            path = ""
        words = re.sub(r"[-_/]", " ", path.rsplit(".", 1)[0]).strip()
        purposes = ("about", "contact", "imprint", "team", "careers")
        return bool(_ROOT.match(path)) or any(pattern_of("pages.yml", p).search(words[:80]) for p in purposes)


def _is_telling(letters: str) -> bool:
    """True for a name long enough not to be met by chance; three Chinese characters are."""
    return len(letters) >= (3 if any("\u4e00" <= c <= "\u9fff" for c in letters) else 4)


def _after_name(text: str) -> str:
    """What follows a mention of the owner, without the rest of its name."""
    rest = _REST_OF_NAME.match(text)
    return text[rest.end() :] if rest and not _JOINED.search(rest.group()) else text
