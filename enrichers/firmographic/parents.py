"""Whose company it is, by its own word: `We are a wholly owned subsidiary of Birch Group`, `隶属于某某集团`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from enrichers.firmographic.fact import Fact, around
from enrichers.firmographic.name_parts import domain_label, squeezed, without_legal_form
from enrichers.firmographic.page import Line, Page
from enrichers.firmographic.structured import Organisation
from enrichers.firmographic.subject import Speaker, Subject

_NAME = r"(?:[Tt]he\s)?(?P<name>[A-Z][\w&.'’-]*(?:,?\s(?:(?:of|and|the|de|van|&)\s)?[A-Z&(][\w&.'’)-]*){0,6})"
_GROUP = re.compile(
    r"\b(?:Group|Holdings?|Corporation|Corp|Inc|Incorporated|LLC|Ltd|Limited|PLC|AG|SE|SA|NV|B\.?V|GmbH|KG|Industries|Partners|Company|Companies|Co)\b"
)
_ENGLISH = (
    (re.compile(rf"\b(?i:(?:wholly|fully|majority|100%)[- ]owned\s(?:\w+\s)?subsidiary\sof|subsidiary\sof|owned\ssubsidiary\sof)\s{_NAME}"), 0.85, False),
    (re.compile(rf"\b(?i:(?:is|are|was|now|been|wholly|fully)\s(?:\w+\s)?(?:owned|acquired)\sby)\s{_NAME}"), 0.75, True),
    (re.compile(rf"\b(?i:(?:an?|the|operating)\s(?:\w+\s)?(?:division|business\sunit|affiliate)\sof)\s{_NAME}"), 0.75, True),
    (re.compile(rf"\b(?i:(?:proud\s)?(?:part|(?:an?\s)?member)\sof)\s{_NAME}"), 0.62, True),
    (re.compile(rf"\b(?i:parent\scompany(?:\sis|,|:)?)\s{_NAME}"), 0.7, True),
)  # fmt: skip
"""Expressions, how sure they are, and whether the name must be spelt as a company's or a group's."""
_HAN = r"(?P<name>[\u4e00-\u9fff（）()·]{2,28}?(?:有限责任公司|有限公司|集团公司|总公司|公司|集团|集團|控股))"
_CHINESE = (
    (re.compile(rf"(?:隶属于?|隸屬於?|从属于|归属于){_HAN}"), 0.82),
    (re.compile(rf"(?:是|系|为|為|作为|作為){_HAN}(?:的)?(?:全资|全資|控股|独资|下属|直属|旗下)*(?:子公司|全资企业|下属企业|下属公司|直属企业|旗下(?:公司|企业|品牌)?)"), 0.82),
    (re.compile(rf"(?:由|是由){_HAN}(?:全资|全資|独资|控股)(?:投资|投資|设立|設立|成立|组建|創立|创立|拥有)"), 0.75),
    (re.compile(rf"母公司(?:为|為|是|[:：])?\s?{_HAN}"), 0.75),
)  # fmt: skip
_CUE = re.compile(r"(?i)\b(?:subsidiary|owned|acquired|division|unit|affiliate|part|member|parent)\b|[隶隸]|从属|归属|子公司|下属|直属|旗下|母公司|全[资資]|独资|控股")  # fmt: skip
_NEXT_SENTENCE = re.compile(r"(?<=\w\w)\.\s(?=[A-Z][a-z])")
_LONGEST = 3_000
_MOST = 3


def parents(page: Page, organisations: Sequence[Organisation], own_names: Sequence[str] = ()) -> list[Fact]:
    """The parents the page's sentences name of its owner, surest first; sentences about others say nothing."""
    speaker = Speaker(page, organisations, own_names)
    own = {squeezed(without_legal_form(name)) for name in own_names} | {domain_label(page.url)}
    found: dict[str, Fact] = {}
    for organisation in organisations:
        name = organisation.first("parentOrganization") if organisation.main else ""
        if name and not name.startswith("http"):
            found[squeezed(name)] = Fact(
                "parent",
                name,
                0.85,
                f"parentOrganization: {name}"[:300],
                "parent.structured",
                organisation.node,
            )
    for line in page.lines:
        if 8 <= len(line.plain) <= _LONGEST and _CUE.search(line.plain):
            for fact in _stated(line, speaker):
                letters = squeezed(without_legal_form(fact.value))
                if letters and letters not in own and letters not in found:
                    found[letters] = fact
    return sorted(found.values(), key=lambda fact: -fact.confidence)[:_MOST]


def _stated(line: Line, speaker: Speaker) -> Iterator[Fact]:
    if line.within("others", "nav"):
        return
    text = line.plain
    for pattern, confidence, spelt in (*_ENGLISH, *((pattern, sure, False) for pattern, sure in _CHINESE)):
        for match in pattern.finditer(text):
            name = _NEXT_SENTENCE.split(match.group("name"))[0].strip(" ,.·（(")
            if spelt and not _GROUP.search(name):
                continue
            subject = speaker.subject(text, *match.span())
            signed = subject is Subject.NOBODY and line.within("header", "footer")
            if subject is Subject.OWN or signed:
                sure = (
                    confidence
                    - (0.0 if subject is Subject.OWN else 0.1)
                    - (0.0 if speaker.is_own_page else 0.1)
                )
                yield Fact("parent", name, sure, around(line, *match.span()), "parent.text", line.node)
