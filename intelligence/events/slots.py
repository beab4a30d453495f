"""What else a text says of an event: amount and currency, other parties, person and role, place, date of the event."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from intelligence.events.amounts import amounts, jobs_cut
from intelligence.events.people import officer
from intelligence.events.rules import Hit
from intelligence.events.text import Text

_WITH_MONEY = {"funding", "ipo", "m_and_a", "expansion_investment", "partnership_or_contract", "financial_results", "legal_regulatory", "bankruptcy"}  # fmt: skip
_WITH_PARTY = {"funding", "m_and_a", "partnership_or_contract"}
_WITH_PLACE = {"expansion_investment", "marketing_event", "layoff", "ipo", "m_and_a"}

_NAME = r"(?:[A-Z][\w&'’+-]*|[0-9]+[A-Z]\w*)(?:\s(?:[A-Z][\w&'’+-]*|of|and|&|for|[0-9]+[A-Z]\w*)(?=\s|$|[,.;:])){0,4}"
_END = r"(?<!\sof)(?<!\sand)(?<!\sfor)(?<!\s&)"
_PARTY_EN = {
    "funding": rf"(?i:led by|from|investors include|backed by|investment from)\s(?P<x>{_NAME}){_END}",
    "m_and_a": rf"(?i:acquir(?:e|es|ed|ing)|acquisition of|buys?|bought(?: by)?|buying|merger with|merges? with|takeover of|combination with|stake in|acquired by|purchase of|sale of|bid for|to sell to)\s(?:the\s|its\s|rival\s|a\s)?(?P<x>{_NAME}){_END}",
    "partnership_or_contract": rf"(?i:with|selects|selected by|awarded by|contract (?:from|with)|from|orders? .{{1,40}}? from|joins|partners? for)\s(?:the\s)?(?P<x>{_NAME}){_END}",
}  # fmt: skip
_FIRM = r"[一-龥A-Za-z0-9（）()·&]"
_PARTY_ZH = {
    "funding": rf"(?:由|获得?)(?P<x>{_FIRM}{{2,16}}?)(?:独家|战略|联合)?(?:领投|投资|注资|跟投)",
    "m_and_a": rf"(?:收购|并购|买下|入主|要约收购|吸收合并)(?P<x>{_FIRM}{{2,20}}?)(?=持有|所持|\d|的|全部|部分|股权|股份|，|。|；|\s|$|案)",
    "partnership_or_contract": rf"(?:与|和|同|携手|牵手|联手)(?P<x>{_FIRM}{{2,20}}?)(?=签署|签订|签约|合作|达成|展开|开展|联合|订立|等|共同|，|就|在)",
}  # fmt: skip
_PLACE_EN = re.compile(
    r"\b(?:in|near|outside|at|to)\s(?:the\s|downtown\s|central\s|northern\s|southern\s|eastern\s|western\s|mainland\s)?"
    r"(?P<x>(?:[A-Z][a-z]+|US|UK|UAE)(?:\s[A-Z][a-z]+){0,2}(?:,\s(?:[A-Z][a-z]+(?:\s[A-Z][a-z]+)?|[A-Z]{2})\b)?)"
)
_NOT_PLACES = re.compile(
    r"^(?:January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|"
    r"Thursday|Friday|Saturday|Sunday|Series|Chapter|Q\d|The|This|Its|Upcoming|Virtual|Annual|Nasdaq|NYSE|Capital|Build|Help|Support|Accelerate|Expand)\b"
)
_PLACE_ZH = re.compile(
    r"(?:在|于|落户|赴|位于)(?P<x>[一-龥]{2,12}?)(?=投资|建设|建厂|新增|新建|设立|设厂|扩建|开设|兴建|投建|举行|举办|召开|开幕|盛大|拉开|裁员|上市|落地|动工|开工|投产|范围内|开业)"
)
_MONTHS = {name: number for number, names in enumerate(
    ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august", "sep sept september",
     "oct october", "nov november", "dec december"), 1) for name in names.split()}  # fmt: skip
_DATE_EN = re.compile(
    r"\b(?:(?P<d1>\d{1,2})(?:st|nd|rd|th)?\s)?(?P<m>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?(?:\s(?P<d2>\d{1,2})(?:st|nd|rd|th)?(?!\d))?(?:,?\s(?P<y>(?:19|20)\d\d))?\b", re.I,
)  # fmt: skip
_DATE_ZH = re.compile(r"(?:(?P<y>(?:19|20)\d\d)年)?(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})[日号])?")
_DATE_ISO = re.compile(r"\b((?:19|20)\d\d)-(\d{1,2})-(\d{1,2})\b")


def slots_of(text: Text, about: str, hits: Sequence[Hit]) -> Mapping[str, Any]:
    """The slots of the event of class `about`, read in the sentence of its first trigger, else in the headline.

    `amount` is a number in `currency`; `amount_at_least` stands instead where the text gives a floor. `date` is ISO 8601,
    with the year left out (`--08-04`) or the day (`2022-08`) where the text leaves them out.
    """
    places = [hit.start for hit in hits if hit.rule.about == about and hit.rule.strength == "strong"]
    start, end = text.sentence(min(places)) if places else (0, max(text.head, 1))
    sentence = text.plain[start:end]
    at = min(places) - start if places else 0
    slots: dict[str, Any] = {}
    if about in _WITH_MONEY:
        slots |= _money(sentence, text.lang, at)
    if about == "layoff":
        slots |= jobs_cut(sentence, text.lang)
    if about == "executive_change":
        slots |= officer(sentence, text.lang)
    if about in _WITH_PARTY and (names := _parties(sentence, about, text.lang)):
        slots["counterparties"] = names
    if about in _WITH_PLACE and (place := _place(sentence, text.lang)):
        slots["place"] = place
    if date := date_of(sentence, text.lang):
        slots["date"] = date
    return slots


def _money(sentence: str, lang: str, at: int) -> dict[str, Any]:
    found = amounts(sentence, lang)
    if not found:
        return {}
    nearest = min(found, key=lambda amount: abs(amount.start - at))
    slots: dict[str, Any] = {"amount_text": nearest.text, "currency": nearest.currency}
    if nearest.value is not None:
        slots["amount"] = nearest.value
    if nearest.at_least is not None:
        slots["amount_at_least"] = nearest.at_least
    return slots


def _parties(sentence: str, about: str, lang: str) -> list[str]:
    pattern = (_PARTY_EN if lang == "en" else _PARTY_ZH)[about]
    return list(dict.fromkeys(match["x"].strip() for match in re.finditer(pattern, sentence)))[:5]


def _place(sentence: str, lang: str) -> str | None:
    for match in (_PLACE_EN if lang == "en" else _PLACE_ZH).finditer(sentence):
        if not _NOT_PLACES.search(match["x"]):
            return match["x"]
    return None


def date_of(sentence: str, lang: str) -> str | None:
    """The first calendar date of a sentence, ISO 8601 as far as it is given; None when there is none that can be."""
    if iso := _DATE_ISO.search(sentence):
        return _iso(iso.group(1), int(iso.group(2)), iso.group(3))
    for match in (_DATE_EN if lang == "en" else _DATE_ZH).finditer(sentence):
        if lang == "zh":
            date = _iso(match["y"], int(match["m"]), match["d"])
        else:
            day = match["d1"] or match["d2"]
            # "may" and "march" are words, too: without a day or a year they are no date.
            date = _iso(match["y"], _MONTHS[match["m"].lower()], day) if day or match["y"] else None
        if date:
            return date
    return None


def _iso(year: str | None, month: int, day: str | None) -> str | None:
    if not 1 <= month <= 12 or (day and not 1 <= int(day) <= 31) or not (year or day):
        return None
    return f"{year or '-'}-{month:02d}" + (f"-{int(day):02d}" if day else "")
