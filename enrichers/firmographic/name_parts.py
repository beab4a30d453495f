"""Pieces of company names: legal forms, title segments, and what can be no name."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from html import unescape

from accounts.values.web import host_of, registrable_domain
from enrichers.firmographic.words import pattern_of, read_yaml

_SEPARATORS = re.compile(
    r"\s+[-–—|»«›:•·~/]+\s+|\s*[|»«›•·–—]\s*|:\s+|\s+-\s*|\s*::\s*|_+|\s*[，,]\s*(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])\s*[-——－]+\s*|\s+-+(?=[\u4e00-\u9fff])|\s*[>＞]\s*"
)
_AFTER_FORM = re.compile(
    r"(?<=\b(?:Inc|Ltd|LLC|LLP|PLC))\.?,\s.*$|(?<=\bInc\.|\bLtd\.),\s.*$|,\s(?:an?|the)\s.*$"
)
_IN_PARENTHESES = re.compile(r"\s*\([^()]*\)?\s*$")
_SURROUND = re.compile(r"(?<=[a-z])(?:SM|TM)$|^(?:19|20)\d\d(?:\s*[-–]\s*(?:19|20)?\d\d)?\s+(?=\D)")
_MARKS = re.compile(r"[®™©℠*\"“”«»]|\((?:r|tm|c|sm)\)", re.IGNORECASE)
_OWN_ADDRESS = re.compile(r"\s+(?:https?://)?www\.\S+$|^www\.(?=\S+$)")
_ABBREVIATED = re.compile(r"\b(?:[A-Z]|St|Dr|Mr|Inc|Co|No|Jr)\.")
_SENTENCES = re.compile(r"[.!?。！？]\s+[A-Z\u4e00-\u9fff]")
_ADDRESS = re.compile(r"@|https?:|www\.\S+/")
_ARTICLE = re.compile(r"^(?:the|le|la)\s+", re.IGNORECASE)
_DOTTED = re.compile(r"(?i)(?:\b(?:inc|ltd|co|corp|st|jr|sr|dr)|\b[a-z]\.?[a-z])\.$")
_FORM_END = re.compile(r"^[\s,.]+|[\s,;:|\-–—•·(（\[&]+$")


@cache
def _legal() -> re.Pattern[str]:
    forms = "|".join(sorted(read_yaml("names.yml")["legal_forms"], key=len, reverse=True))
    return re.compile(rf"(?i)[\s,]+(?:{forms})(?=$|[\s,.)])\.?$")


@cache
def _legal_zh() -> re.Pattern[str]:
    return re.compile(r"(?:股份有限公司|有限责任公司|有限公司|集团公司|公司|事务所|集团)$")


@lru_cache(maxsize=8192)
def has_legal_form(name: str) -> bool:
    """True when a name ends in a legal form.

    >>> has_legal_form("Acme Roofing, Inc."), has_legal_form("Acme Roofing"), has_legal_form("北京某某科技有限公司")
    (True, False, True)
    """
    return bool(_legal().search(name.strip()) or _legal_zh().search(name.strip()))


@lru_cache(maxsize=8192)
def without_legal_form(name: str) -> str:
    """The name without its legal form.

    >>> without_legal_form("Acme Roofing Company, Inc.")
    'Acme Roofing Company'
    """
    return tidy_name(_legal().sub("", name.strip())) or name


@lru_cache(maxsize=8192)
def squeezed(text: str) -> str:
    """Letters and digits in lower case, accents and `&` folded: what domains and names are compared by."""
    text = unicodedata.normalize("NFKD", text.replace("&", "and")).lower()
    return "".join(c for c in text if c.isalnum())


@lru_cache(maxsize=8192)
def tidy_name(text: str) -> str:
    """The text without quotes, marks and separators around it.

    >>> tidy_name(" – “Acme”® Roofing | ")
    'Acme Roofing'
    """
    text = unescape(text) if "&" in text else text
    text = _MARKS.sub("", _SURROUND.sub("", text.strip()))
    text = _OWN_ADDRESS.sub("", text.strip()) if "www." in text else text
    text = _FORM_END.sub("", " ".join(text.split()))
    text = _SURROUND.sub("", text.rstrip(".")) if text.endswith(("SM", "TM", "SM.", "TM.")) else text
    if text.endswith(".") and not _DOTTED.search(text):
        text = text[:-1]
    return text.strip(" \t-–—|,;:·•")


@cache
def _not_name() -> re.Pattern[str]:
    return pattern_of("names.yml", "not_name")


@cache
def slogan_pattern() -> re.Pattern[str]:
    """What a segment holds that sells instead of naming."""
    return pattern_of("names.yml", "slogan")


@lru_cache(maxsize=8192)
def may_be_name(text: str) -> bool:
    """True for a text that can be a company's name: of a name's length, with letters, no menu entry."""
    if not 2 <= len(text) <= 80 or len(text.split()) > 10 or not any(map(str.isalpha, text)):
        return False
    if sum(map(str.isdigit, text)) >= 6 or _ADDRESS.search(text) or _not_name().search(text.strip(" .!>")):
        return False
    return not _SENTENCES.search(_ABBREVIATED.sub("", text))


def is_domain_text(name: str) -> bool:
    """True for a name that is a web address: `www.acme.com`, `Acme.com`."""
    return "." in name and " " not in name and registrable_domain(name) is not None


def title_segments(title: str) -> list[str]:
    """The parts of a title, in order, tidied.

    >>> title_segments("Contact us | Acme Roofing - Denver")
    ['Contact us', 'Acme Roofing', 'Denver']
    """
    return [segment for part in _SEPARATORS.split(title) if part and (segment := tidy_name(part))]


@cache
def _around() -> re.Pattern[str]:
    return pattern_of("names.yml", "words_around")


@cache
def _region_end() -> re.Pattern[str]:
    regions = [*read_yaml("places.yml")["us"].items(), *read_yaml("places.yml")["ca"].items()]
    words = "|".join(re.escape(word) for pair in regions for word in pair)
    return re.compile(rf"\s*[,(]\s*(?:[A-Z][\w.]+,? ){{0,2}}(?:{words})\)?$")


@lru_cache(maxsize=8192)
def without_menu_words(name: str) -> str:
    """The name without what menus and headings put around it.

    >>> without_menu_words("Contact Acme"), without_menu_words("Acme Help Center")
    ('Acme', 'Acme')
    """
    return tidy_name(_around().sub("", name)) or name


@lru_cache(maxsize=8192)
def shorter_names(name: str) -> tuple[str, ...]:
    """What a name may be once a page's additions are cut off: menu words, places, what follows a legal form or comma.

    >>> shorter_names("Acme Help Center"), shorter_names("City of Springfield, Texas")
    (('Acme',), ('City of Springfield',))
    """
    seen = {name: None}
    for cut in (_around(), _region_end(), _AFTER_FORM, _IN_PARENTHESES):
        shorter = cut.sub("", name)
        if shorter != name and (shorter := tidy_name(shorter)):
            seen[shorter] = None
    if "," in name and (first := tidy_name(name.split(",", maxsplit=1)[0])) and not has_legal_form(name):
        seen[first] = None
    return tuple(seen)[1:]


def domain_label(url: str | None) -> str:
    """The letters of the registrable domain's own label.

    >>> domain_label("https://www.acme-roofing.co.uk/")
    'acmeroofing'
    """
    domain = registrable_domain(url) if url and host_of(url) else None
    return squeezed(domain.split(".")[0]) if domain else ""


@lru_cache(maxsize=8192)
def domain_likeness(name: str, label: str) -> float:
    """0–1: how well a domain's label abbreviates a name.

    >>> domain_likeness("Acme Roofing, Inc.", "acmeroofing"), domain_likeness("Plumbers London", "acme") < 0.3
    (1.0, True)
    """
    bare = squeezed(without_legal_form(_ARTICLE.sub("", name)))
    if len(label) < 2 or not bare:
        return 0.0
    if label in (bare, squeezed(name)):
        return 1.0
    if bare.replace("and", "") == label.replace("and", ""):
        return 0.97
    return _overlap(bare, label) or max(_initials_likeness(name, label), _sequence_likeness(name, label))


def _overlap(bare: str, label: str) -> float:
    """Likeness where one holds the other, most at its beginning."""
    if bare.startswith(label) or label.startswith(bare):
        return 0.6 + 0.35 * min(len(bare), len(label)) / max(len(bare), len(label))
    if len(label) > 3 and label in bare:
        return 0.55 + 0.3 * len(label) / len(bare)
    return 0.5 + 0.4 * len(bare) / len(label) if len(bare) > 3 and bare in label else 0.0


def _initials_likeness(name: str, label: str) -> float:
    words = [w for w in re.findall(r"[^\W_]+", re.sub(r"'s\b", "", name.lower())) if w not in ("the", "of")]
    small = [w for w in words if w not in ("and", "for", "in", "at", "de")]
    for chosen in (words, small):
        initials = "".join(w[0] for w in chosen)
        if len(initials) >= 2 and initials == label:
            return 0.85
        if len(initials) >= 3 and (label.startswith(initials) or initials.startswith(label)):
            return 0.6
    return 0.0


def _sequence_likeness(name: str, label: str) -> float:
    """Words of the name whose beginnings, in order, spell the label: `northcal` ← North Calder."""
    words = [squeezed(w) for w in name.split()]
    at, used, covered = 0, 0, 0
    for word in words:
        length = next(
            (n for n in range(min(len(word), len(label) - at), 0, -1) if label.startswith(word[:n], at)), 0
        )
        if length >= 3 or (length and length == len(word)) or (length >= 1 and at + length == len(label)):
            at += length
            used += 1
            covered += length
    if at == len(label) and used >= 2:
        return 0.85
    return 0.7 * covered / len(label) if used and covered >= 4 else 0.0
