"""The places of a page that name its owner: markup, meta data, title, copyright line, footer, logo, address block."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from lxml import etree

from enrichers.firmographic.fact import Fact, around
from enrichers.firmographic.identifiers import PROVINCES
from enrichers.firmographic.name_parts import (
    domain_label,
    is_domain_text,
    may_be_name,
    tidy_name,
    title_segments,
    without_menu_words,
)  # fmt: skip
from enrichers.firmographic.page import Line, Page
from enrichers.firmographic.structured import Organisation
from enrichers.firmographic.words import pattern_of

WEIGHTS = {
    "structured": 3.0, "site_name": 2.4, "copyright": 2.4, "copyright_zh": 2.8, "owner_zh": 2.9, "legal_text": 1.3,
    "address_head": 1.6, "title": 1.0, "logo": 1.3, "welcome": 1.0, "heading": 0.5, "domain_text": 1.2, "profile": 3.0,
}  # fmt: skip
"""How far each place is believed; measured on labelled pages (`bench/site_quality.py`)."""
_COPYRIGHT = re.compile(
    r"(?i)©|\(c\)\s*(?=\d{4}|[A-Z])|copyrights?|copy right|版\s*[权權]\s*(?:所\s*有|[归歸])|all rights? reserved"
)
_YEARS = r"(?:(?:19|20)\d\d(?:\s*(?:[-–—/&,~]|to)\s*(?:(?:19|20)?\d\d|present|now|today|至今))*)?"
_AFTER_YEARS = re.compile(
    rf"(?i)(?:©|\(c\)|copyrights?|copy right)[\s©:.]*(?:\(c\)|copyrights?|by\b|\W)*\s*{_YEARS}[\s,.:;\-–—|©]*(?:by\s+|©\s*|copyrights?\s+)?"
)
_MAP = re.compile(
    r"(?i)map data|kartendaten|données cartographiques|картограф|datos de(?:l)? mapas?|dati cartografici|地图数据|openstreetmap|\binegi\b|tele ?atlas|google"
)
_BEFORE_YEAR = re.compile(r"(?i)^(.{2,80}?)[\s,.\-–—|:]*(?:©|\(c\)|copyright)")
_RESERVED = re.compile(rf"(?i)^(?:©?\s*{_YEARS})?(.{{2,70}}?)[\s,|\-–]*(?:all rights? reserved)")
_BARE_COPYRIGHT = re.compile(r"(?i)\W*(?:copyrights?|©|\(c\)|\d|all rights? reserved|\W)*")
_NAME_STOP = re.compile(
    r"(?i)\s*[|•·»]|\s[-–—]+\s|\ball\s+rights?\b|\brights?\s+reserved|\balle\s+rechte|\btous\s+droits|(?<![\s.][A-Z])(?<!\bSt)(?<!\bDr)(?<!\bMr)(?<!\bInc)(?<!\bCo)\.\s+(?=[A-Z])"
    r"|\s*[\[(<]|\bpowered\b|\b(?:web)?site\s+(?:by|design)|\bdesign(?:ed)?\s+by\b|\bprivacy\b|\bterms\b|\bsite\s?map\b|\b(?:tel|phone|fax|e-?mail)\b[:.]"
    r"|\d{3}[-.\s]\d{3,4}|\s(?:19|20)\d\d\b|,?\s+an?\s+\w+\s+company\b|\bis (?:a|the|an)\b|\bare\b|\b(?:lic(?:ense)?\s*#)|\blogo\b|\bmember of\b"
    r"|\ba (?:division|subsidiary) of\b|\bcontact us\b|\bcopyrights?\b|\btrademarks?\b|©|;|版\s*[权權]|所\s*有|保留"
)
_LEGAL_TEXT = re.compile(
    r"(?<![\w&])((?:[A-Z0-9][\w&.'’/+-]*|&|of|and|the|for|de)(?:[ ,]{1,2}(?:[A-Z0-9(][\w&.'’/+)-]*|&|of|and|the|for|de|y)){0,7}?,? "
    r"(?:Inc|LLC|L\.L\.C|Ltd|Limited|LLP|PLC|plc|Corp|Corporation|Incorporated|GmbH|Pty|PLLC|Co\., Ltd|P\.A|P\.C|PC|LP|S\.A|AG|B\.V|Company|Lda))\b(?:\.|(?: (?:Ltd|Limited|LLC|Inc)\b\.?))?"
)
_LEGAL_ZH = re.compile(
    r"(?<![\u4e00-\u9fff\w])([\u4e00-\u9fffA-Za-z0-9（）()·&]{2,28}?(?:股份有限公司|有限责任公司|有限公司|集团公司|事务所|研究院)(?:[（(]?[\u4e00-\u9fff]{2,6}分公司[)）]?)?)"
)
_OWNER_ZH = re.compile(
    r"(?:版\s*[权權]\s*所\s*有|主\s*办\s*单\s*位|主\s*办(?=\s*[:：])|公司名称|单位名称|企业名称|运营主体|版权归|经营主体|开办单位)(?:\([cC]\)|[\s:：©（(）)\d\-–—~,，.])*(?:by\s*|归\s*|属\s*)?"
    rf"([\u4e00-\u9fffA-Za-z0-9（）()·&\s]{{2,40}}?)(?=$|[\s,，。;；|、]|版权|所有|保留|All|地址|电话|备案|[{PROVINCES}]ICP|www|http|未经|Copyright|©)"
)
_ZH_LEAD = re.compile(
    r"^.*?(?:是由|来自|关于|欢迎来到|欢迎光临|版权所有|技术支持|公司名称|委托|属于|由|与|和|及|为|在|向|是)(?=[\u4e00-\u9fff]{5,})"
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WELCOME = re.compile(
    r"(?i)^(?:welcome to|about|contact(?:ing)?|why (?:choose )?|欢迎(?:访问|光临|来到|浏览)?|关于|联系)\s*[:：]?\s*(.{2,60}?)(?:\s+(?:web\s?site|online|home ?page)|网站|官网|[!！.]|$)"
)
_STREETISH = re.compile(
    r"(?i)^\W*(?:P\.?\s?O\.? Box|(?:unit|suite|level|floor|building)\b.{0,12}\d|\d{1,6}[A-Z]?(?:[-/]\d+)?\s+(?:[NSEW]\.?\s+)?[A-Z\d]\w+)"
)
_LOGO = re.compile(
    r"(?i)\s*[-–|:,(]?\s*\b(?:company |corporate |site |header |main |web|our |click )?(?:logo|logotype|home ?page|home|banner|header|brand|logo image)\b\)?|标志|^the\s+$"
)
_LABEL_TAIL = re.compile(
    r"(?:company|group|online|direct|usa|inc|llc|ltd|corp|co|uk|us|hq|web|site|shop|store|net|official|global|intl|cn)$"
)


_MENU_RULES = frozenset({"title", "heading", "welcome", "logo"})


@dataclass(frozen=True, slots=True)
class Witness:
    """One place that gives the company a name."""

    name: str
    rule: str
    weight: float
    passage: str
    node: etree._Element | None
    page: Page | None = None


@cache
def _credit() -> re.Pattern[str]:
    return pattern_of("names.yml", "credit")


def name_witnesses(page: Page, organisations: Sequence[Organisation]) -> list[Witness]:
    """Every place of a page that gives its owner a name."""
    return [replace(w, page=page) for w in _witnesses(page, organisations) if may_be_name(w.name)]


def named_by(facts: Sequence[Fact], page: Page) -> list[Witness]:
    """The legal names a company-profile table prints, as witnesses."""
    named = (fact for fact in facts if fact.field == "legal_name")
    return [Witness(f.value, "profile", WEIGHTS["profile"], f.passage, f.node, page) for f in named]


def _witness(
    text: str, rule: str, passage: str, node: etree._Element | None, factor: float = 1.0
) -> Iterator[Witness]:
    name = tidy_name(text)
    if rule in _MENU_RULES:
        name = without_menu_words(name)
    if name:
        yield Witness(name, rule, WEIGHTS[rule] * factor, passage[:300], node)


def _witnesses(page: Page, organisations: Sequence[Organisation]) -> Iterator[Witness]:
    yield from _from_structured(organisations)
    for key, factor in (("og:site_name", 1.0), ("application-name", 0.6), ("apple-mobile-web-app-title", 0.6), ("dc.publisher", 0.6), ("copyright", 0.6), ("publisher", 0.6)):  # fmt: skip
        if page.meta.get(key):
            text = re.sub(
                r"(?i)^(?:copyright|\(c\)|©|[\d\s,-]+)+|all rights reserved\.?|版权所有", "", page.meta[key]
            )
            yield from _witness(text, "site_name", f"{key}: {page.meta[key]}", None, factor)
    yield from _from_title(page)
    yield from _from_domain(page)
    heads: list[Witness] = []
    for line in page.lines:
        if len(line.text) <= 1_500:
            for witness in _from_line(page, line):
                if witness.rule == "address_head":
                    heads.append(witness)
                else:
                    yield witness
    crowd = len({witness.name for witness in heads}) ** 0.5  # a page of many addresses names many others
    yield from (replace(witness, weight=witness.weight / crowd) for witness in heads)
    yield from _from_images(page)


def _from_structured(organisations: Sequence[Organisation]) -> Iterator[Witness]:
    for organisation in organisations[:20]:
        for key, factor in (("name", 1.0), ("legalName", 1.0), ("alternateName", 0.4)):
            for text in organisation.properties.get(key, ())[:3]:
                weight = (
                    factor
                    * (1.0 if organisation.main else 0.4)
                    * (0.5 if organisation.origin == "hcard" else 1.0)
                )
                yield from _witness(
                    text, "structured", f"{organisation.kind}.{key}: {text}", organisation.node, weight
                )


def _from_title(page: Page) -> Iterator[Witness]:
    segments = [segment for segment in title_segments(page.title) if may_be_name(segment)]
    spoken = [segment for segment in segments if not is_domain_text(segment)]
    edges = {*spoken[:1], *spoken[-1:]}
    text = page.text[:100_000].lower()
    for segment in segments:
        edge = 1.15 if segment in edges else 0.8
        repeated = 1.0 + 0.25 * min(3, text.count(segment.lower()))
        legal = 1.6 if _LEGAL_ZH.fullmatch(segment) else 1.0
        yield from _witness(segment, "title", page.title, None, edge * repeated * legal)


def _from_domain(page: Page) -> Iterator[Witness]:
    """Words of the page that spell the domain: `tarnworks.com` ← "Tarn Works", wherever they are printed."""
    label = domain_label(page.url)
    for wanted in dict.fromkeys((label, _LABEL_TAIL.sub("", label))):
        if len(wanted) < 4 or len(wanted) > 40 or not wanted.isascii():
            continue
        spelt = _spaced(wanted)
        counts: dict[str, int] = {}
        for text in (page.title, page.meta.get("description", ""), page.text[:150_000]):
            for match, _ in zip(spelt.finditer(text), range(50), strict=False):
                words = match.group()
                if "\n" not in words and words.lower() != words:
                    counts[words] = counts.get(words, 0) + 1
        for words, count in counts.items():
            yield from _witness(
                words,
                "domain_text",
                f"“{words}” spells {label}",
                None,
                (1.0 if wanted == label else 0.7) + 0.1 * min(count, 5),
            )


@lru_cache(maxsize=512)
def _spaced(label: str) -> re.Pattern[str]:
    """The letters of a domain with what may stand between words; every page of a site asks for it."""
    between = r"(?:[\s\-–'’.&,]|\sand\s)?".join(map(re.escape, label))
    return re.compile(rf"(?i)(?<![\w@./-]){between}(?![\w@])(?!\.\w)")


def _from_line(page: Page, line: Line) -> Iterator[Witness]:
    text = line.text
    if _COPYRIGHT.search(text):
        yield from _from_copyright(page, line)
    if _HAN.search(text):
        yield from _from_chinese(line)
    elif len(text) < 400:
        for match in _LEGAL_TEXT.finditer(text):
            credit = _credit().search(text[: match.start()][-40:])
            factor = (1.3 if line.within("footer", "contact") else 1.0) * (
                1.4 if match.group() == text else 0.8
            )
            factor *= 0.15 if credit or line.within("others") else 1.0
            yield from _witness(match.group(), "legal_text", around(line, *match.span()), line.node, factor)
    if len(text) <= 70 and not _credit().search(text):
        yield from _from_short(page, line)


def _from_chinese(line: Line) -> Iterator[Witness]:
    text = line.text
    for match in _OWNER_ZH.finditer(text):
        if _HAN.search(match.group(1)):
            yield from _witness(match.group(1), "owner_zh", around(line, *match.span()), line.node)
    if len(text) >= 300:
        return
    for match in _LEGAL_ZH.finditer(text):
        credit = _credit().search(text[: match.start()][-12:])
        factor = (
            (1.3 if line.within("footer", "contact") else 1.0)
            * (1.5 if match.group(1) == text else 1.0)
            * (0.2 if credit else 1.0)
        )
        name = match.group(1)
        yield from _witness(
            _ZH_LEAD.sub("", name) if len(name) > 14 else name,
            "legal_text",
            around(line, *match.span()),
            line.node,
            factor,
        )


def _from_copyright(page: Page, line: Line) -> Iterator[Witness]:
    text = line.text
    if _MAP.search(text[:120]):
        return  # an embedded map's own line
    late = line.number >= len(page.lines) * 0.6 or line.within("footer")
    believed = 1.0 if late and len(text) < 400 else 0.45
    for match in _AFTER_YEARS.finditer(text):
        rest = text[match.end() : match.end() + 140]
        stop = _NAME_STOP.search(rest)
        candidate = rest[: stop.start()] if stop else rest[:90]
        rule = "copyright"
        if _HAN.search(candidate):
            rule = "copyright_zh"
            candidate = re.sub(r"^主办(?:单位)?[:：]", "", candidate.strip())
            candidate = re.split(rf"备案|地址|[{PROVINCES}]\s?ICP|\s|[,，。]", candidate)[0]
        if candidate.strip() and not _credit().match(candidate.strip()):
            yield from _witness(candidate, rule, around(line, *match.span()), line.node, believed)
    before = _BEFORE_YEAR.match(text)
    if before and not _AFTER_YEARS.match(text):
        segments = title_segments(before.group(1))
        yield from _witness(segments[-1] if segments else "", "copyright", text, line.node, 0.7)
    reserved = _RESERVED.match(text)
    if reserved and "©" not in reserved.group(1) and "opyright" not in reserved.group(1):
        stop = _NAME_STOP.search(reserved.group(1))
        yield from _witness(
            reserved.group(1)[: stop.start()] if stop else reserved.group(1),
            "copyright",
            text,
            line.node,
            0.9,
        )
    for above in page.before(line, 1):
        if len(text) < 40 and len(above.text) < 50 and _BARE_COPYRIGHT.fullmatch(text):
            yield from _witness(above.text, "copyright", f"{above.text} / {text}", above.node, 0.4)


def _from_short(page: Page, line: Line) -> Iterator[Witness]:
    text = line.text
    welcome = _WELCOME.match(text)
    if welcome:
        yield from _witness(welcome.group(1), "welcome", text, line.node)
    if line.heading in (1, 2) or line.within("header"):
        yield from _witness(text, "heading", text, line.node, 1.4 if line.heading == 1 else 1.0)
    below = next(iter(page.lines[line.number + 1 : line.number + 2]), None)
    if (
        below
        and _STREETISH.match(below.text)
        and not _STREETISH.match(text)
        and not re.search(r"\d{4,}|:$", text)
    ):
        factor = 1.2 if line.within("footer", "contact") else 1.0
        yield from _witness(text, "address_head", f"{text} / {below.text}", line.node, factor)


def _from_images(page: Page) -> Iterator[Witness]:
    for image in page.images[:80]:
        if not image.alt or len(image.alt) > 90 or _credit().search(image.alt):
            continue
        near = [
            image.node,
            *(parent for parent, _ in zip(image.node.iterancestors(), range(2), strict=False)),
        ]
        named = " ".join(f"{node.get('id', '')} {node.get('class', '')}" for node in near).lower()
        logo = (
            "logo" in image.src.rsplit("/", 1)[-1].lower() or "logo" in named or "logo" in image.alt.lower()
        )
        if not logo and "header" not in image.regions:
            continue
        factor = (
            (1.0 if logo else 0.4)
            * (0.1 if "others" in image.regions else 1.0)
            * (0.6 if "footer" in image.regions else 1.0)
        )
        segment = next(iter(title_segments(_LOGO.sub(" ", image.alt))), "")
        yield from _witness(segment, "logo", f"alt: {image.alt}", image.node, factor)
