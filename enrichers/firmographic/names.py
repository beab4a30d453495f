"""What the company is called: its trading and its legal name, never the web designer's or a slogan.

Many places of a page name its owner, each now and then wrongly. Every place is a witness with a weight; witnesses of
one name (spelling and legal form aside) are added up, and likeness to the domain counts as one more.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from lxml import etree

from enrichers.firmographic.fact import Fact, around
from enrichers.firmographic.name_parts import (
    domain_label,
    domain_likeness,
    has_legal_form,
    may_be_name,
    slogan_pattern,
    squeezed,
    tidy_name,
    title_segments,
    without_legal_form,
)  # fmt: skip
from enrichers.firmographic.page import Line, Page
from enrichers.firmographic.structured import Organisation
from enrichers.firmographic.words import pattern_of

WEIGHTS = {
    "structured": 3.0, "site_name": 2.4, "copyright": 2.4, "copyright_zh": 2.8, "legal_text": 1.3, "address_head": 1.6,
    "title": 0.9, "logo": 1.3, "welcome": 1.0, "owner_words": 1.2, "heading": 0.5, "home_link": 0.9, "domain_text": 0.8, "label_zh": 2.4,
}  # fmt: skip
_COPYRIGHT = re.compile(
    r"(?i)©|&copy;|\(c\)\s*(?=\d{4}|[A-Z])|copyrights?|copy right|版\s*权\s*(?:所\s*有|归)|all rights? reserved|版權所有"
)
_AFTER_YEARS = re.compile(
    r"(?i)(?:©|\(c\)|copyrights?|copy right)[\s©:.]*(?:\(c\)|copyrights?|&copy;|by|\W)*\s*(?:(?:19|20)\d\d(?:\s*(?:[-–—/&,]|to|–)\s*(?:(?:19|20)?\d\d|present|now|today))*)?[\s,.:;\-–—|©]*(?:by\s+|©\s*|copyrights?\s+)?"
)
_BEFORE_YEAR = re.compile(r"(?i)^(.{2,80}?)[\s,.\-–—|:]*(?:©|\(c\)|copyright)")
_NAME_STOP = re.compile(
    r"(?i)\s*[|•·»]|\s[-–—]+\s|\ball\s+rights?\b|\brights?\s+reserved|\balle\s+rechte|\btous\s+droits|\.\s+(?=[A-Z])|\s*[\[(<]|\bpowered\b|\b(?:web)?site\s+(?:by|design)|\bdesign(?:ed)?\s+by\b|\bprivacy\b|\bterms\b|\bsite\s?map\b|\b(?:tel|phone|fax|e-?mail)\b[:.]|\d{3}[-.\s]\d{3,4}|\s(?:19|20)\d\d\b|,?\s+an?\s+\w+\s+company\b|\bis (?:a|the|an)\b|\bare\b|\b(?:lic(?:ense)?\s*#)|\blogo\b|\bmember of\b|\ba (?:division|subsidiary) of\b|\bcontact us\b|\bcopyrights?\b|\btrademarks?\b|©|;"
)
_LEGAL_TEXT = re.compile(
    r"(?<![\w&])((?:[A-Z0-9][\w&.'’/+-]*|&|of|and|the|for|de)(?:[ ,]{1,2}(?:[A-Z0-9(][\w&.'’/+)-]*|&|of|and|the|for|de|y)){0,7}?,? (?:Inc|LLC|L\.L\.C|Ltd|Limited|LLP|PLC|plc|Corp|Corporation|Incorporated|GmbH|Pty|PLLC|Co\., Ltd|P\.A|P\.C|PC|LP|S\.A|AG|B\.V|Company))\b(?:\.|(?: (?:Ltd|Limited|LLC|Inc)\b\.?))?"
)
_LEGAL_ZH = re.compile(
    r"(?<![\u4e00-\u9fff\w])([\u4e00-\u9fffA-Za-z0-9（）()·&]{2,28}?(?:股份有限公司|有限责任公司|有限公司|集团公司|事务所|研究院)(?:[（(]?[\u4e00-\u9fff]{2,6}分公司[)）]?)?)"
)
_ZH_OWNER = re.compile(
    r"(?:版\s*权\s*所\s*有|版\s*權\s*所\s*有|主\s*办\s*单\s*位|主\s*办|公司名称|单位名称|企业名称|运营主体|版权归|经营主体|Copyright)[\s:：©(（cC)）\d\-–—~,，.]*(?:by\s*|归\s*|属\s*)?([\u4e00-\u9fffA-Za-z0-9（）()·&\s]{2,40}?)(?=$|[\s,，。;；|、]|版权|所有|保留|All|地址|电话|备案|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川蜀宁琼]ICP|www|http|未经|Copyright|©)"
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WELCOME = re.compile(
    r"(?i)^(?:welcome to|about|contact(?:ing)?|why (?:choose )?|欢迎(?:访问|光临|来到|浏览)?|关于|联系)\s*[:：]?\s*(.{2,60}?)(?:\s+(?:web\s?site|online|home ?page)|网站|官网|[!！.]|$)"
)
_STREETISH = re.compile(
    r"(?i)^\W*(?:P\.?\s?O\.? Box|(?:unit|suite|level|floor|building)\b.{0,12}\d|\d{1,6}[A-Z]?(?:[-/]\d+)?\s+(?:[NSEW]\.?\s+)?[A-Z\d]\w+)"
)
_LOGO = re.compile(
    r"(?i)\s*[-–|:,(]?\s*\b(?:company |corporate |site |header |main |web|our |click )?(?:logo|logotype|home ?page|home|banner|header|brand|logo image)\b\)?|标志|网站标志|^the\s+$"
)


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


def settle_names(witnesses: Sequence[Witness], url: str | None) -> list[Fact]:
    """Trading and legal names over one page or a whole site, best first; confidence from how far the witnesses agree."""
    return _facts(rank_names(witnesses, domain_label(url)))


@dataclass(frozen=True, slots=True)
class RankedName:
    """A name with its spellings' witnesses and its score."""

    score: float
    witnesses: tuple[Witness, ...]

    def spelling(self, *, legal: bool | None = None) -> Witness | None:
        """The best witnessed spelling; `legal` asks for one with (True) or without (False) a legal form."""
        fit = [w for w in self.witnesses if legal is None or has_legal_form(w.name) == legal]
        if not fit:
            return None
        weight: dict[str, float] = {}
        for w in fit:
            weight[w.name] = weight.get(w.name, 0.0) + w.weight * (
                0.7 if w.name.isupper() or w.name.islower() else 1.0
            )
        best = max(weight, key=lambda name: weight[name])
        return next(w for w in fit if w.name == best)


def rank_names(witnesses: Sequence[Witness], label: str) -> list[RankedName]:
    """Names by score: what different places say, once each and then with falling weight, times domain likeness."""
    groups: dict[str, list[Witness]] = {}
    for witness in witnesses:
        groups.setdefault(_identity(witness.name), []).append(witness)
    ranked = []
    for key, group in groups.items():
        by_rule: dict[str, list[float]] = {}
        for witness in group:
            by_rule.setdefault(witness.rule, []).append(witness.weight)
        score = sum(max(weights) * (1 + 0.15 * math.log(len(weights))) for weights in by_rule.values())
        likeness = max(domain_likeness(w.name, label) for w in group)
        if likeness >= 0.5:
            score += 3.2 * likeness
        score *= _shape_factor(group[0].name, key)
        ranked.append(RankedName(score, tuple(group)))
    ranked = _lend(ranked)
    return sorted(ranked, key=lambda name: -name.score)


def _identity(name: str) -> str:
    bare = squeezed(without_legal_form(re.sub(r"(?i)^the\s+", "", name)))
    return bare or squeezed(name)


def _shape_factor(name: str, key: str) -> float:
    """How much a text looks like a name: slogans and sentences lose."""
    factor = 1.0
    words = name.split()
    if slogan_pattern().search(name) and not has_legal_form(name):
        factor *= 0.5
    if len(words) > 6 and not has_legal_form(name):
        factor *= 0.6
    if (
        words
        and len(words) > 2
        and sum(
            w[:1].islower()
            for w in words
            if w not in ("of", "and", "the", "for", "by", "in", "&", "at", "de")
        )
        > 1
    ):
        factor *= 0.5
    if len(key) < 3:
        factor *= 0.7
    return factor


def _lend(ranked: list[RankedName]) -> list[RankedName]:
    """A longer name that begins with a shorter one strengthens it a little, and is strengthened by it."""
    keys = [_identity(name.witnesses[0].name) for name in ranked]
    lent = []
    for key, name in zip(keys, ranked, strict=True):
        kin = [
            o.score
            for k, o in zip(keys, ranked, strict=True)
            if k != key and min(len(k), len(key)) >= 4 and (k.startswith(key) or key.startswith(k))
        ]
        lent.append(RankedName(name.score + 0.25 * max(kin, default=0.0), name.witnesses))
    return lent


def _facts(ranked: list[RankedName]) -> list[Fact]:
    if not ranked:
        return []
    facts: list[Fact] = []
    rival = ranked[1].score if len(ranked) > 1 else 0.0
    for place, name in enumerate(ranked[:3]):
        confidence = _confidence(name.score, rival if place == 0 else ranked[0].score)
        for field, legal in (("name", False), ("legal_name", True)):
            witness = name.spelling(legal=legal)
            if witness and name.score > 0.8:
                facts.append(
                    Fact(
                        field,
                        witness.name,
                        confidence,
                        witness.passage,
                        f"name.{witness.rule}",
                        witness.node,
                        page=witness.page,
                    )
                )
        if name.spelling(legal=False) is None and (legal_only := name.spelling(legal=True)):
            facts.append(
                Fact(
                    "name",
                    legal_only.name,
                    confidence * 0.95,
                    legal_only.passage,
                    f"name.{legal_only.rule}",
                    legal_only.node,
                    page=legal_only.page,
                )
            )
    return facts


def _confidence(score: float, rival: float) -> float:
    """From score and the next name's score to 0–1; slopes fitted on labelled pages (`bench/site_quality.py`)."""
    strength = 1 - math.exp(-score / 3.0)
    margin = score / (score + rival) if score > 0 else 0.0
    return round(min(0.97, strength * (0.25 + 0.8 * margin)), 3)


def _witness(
    text: str, rule: str, passage: str, node: etree._Element | None, factor: float = 1.0
) -> Iterator[Witness]:
    name = tidy_name(text)
    if name and not _credit().search(name):
        yield Witness(name, rule, WEIGHTS[rule] * factor, passage[:300], node)


def _witnesses(page: Page, organisations: Sequence[Organisation]) -> Iterator[Witness]:
    yield from _from_structured(organisations)
    for key in (
        "og:site_name",
        "application-name",
        "apple-mobile-web-app-title",
        "dc.publisher",
        "copyright",
        "publisher",
    ):
        if page.meta.get(key):
            text = re.sub(r"(?i)^(?:copyright|\(c\)|©|[\d\s,-]+)+|all rights reserved\.?", "", page.meta[key])
            yield from _witness(
                text, "site_name", f"{key}: {page.meta[key]}", None, 1.0 if key == "og:site_name" else 0.6
            )
    yield from _from_title(page)
    for line in page.lines:
        yield from _from_line(page, line)
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
    segments = title_segments(page.title)
    others = page.text[:100_000].lower()
    for place, segment in enumerate(segments):
        edge = 1.15 if place in (0, len(segments) - 1) else 0.8
        repeated = 1.0 + 0.25 * min(3, others.count(segment.lower()))
        yield from _witness(segment, "title", page.title, None, edge * repeated)


def _from_line(page: Page, line: Line) -> Iterator[Witness]:
    text = line.text
    if len(text) > 1500:
        return
    if _COPYRIGHT.search(text):
        yield from _from_copyright(page, line)
    if _HAN.search(text):
        for match in _ZH_OWNER.finditer(text):
            yield from _witness(match.group(1), "label_zh", around(line, *match.span()), line.node)
        if len(text) < 300:
            for match in _LEGAL_ZH.finditer(text):
                factor = (
                    (1.3 if line.within("footer", "contact") else 1.0)
                    * (1.5 if match.group(1) == text else 1.0)
                    * (0.2 if _credit().search(text[: match.start()][-12:]) else 1.0)
                )
                yield from _witness(
                    _zh_start(match.group(1)), "legal_text", around(line, *match.span()), line.node, factor
                )
    elif len(text) < 400:
        for match in _LEGAL_TEXT.finditer(text):
            credit = _credit().search(text[: match.start()][-40:])
            factor = (
                (1.3 if line.within("footer", "contact") else 1.0)
                * (1.4 if match.group() == text else 0.8)
                * (0.15 if credit or line.within("others") else 1.0)
            )
            yield from _witness(match.group(), "legal_text", around(line, *match.span()), line.node, factor)
    if len(text) <= 70:
        yield from _from_short(page, line)


def _zh_start(name: str) -> str:
    """Cuts what a Chinese sentence puts before a name."""
    return (
        re.sub(
            r"^.*?(?:是由|来自|关于|欢迎来到|欢迎光临|版权所有|技术支持|公司名称|委托|属于|由|与|和|及|为|在|向|是)(?=[\u4e00-\u9fff]{5,})",
            "",
            name,
        )
        if len(name) > 14
        else name
    )


def _from_copyright(page: Page, line: Line) -> Iterator[Witness]:
    text = line.text
    for match in _AFTER_YEARS.finditer(text):
        rest = text[match.end() : match.end() + 140]
        stop = _NAME_STOP.search(rest)
        candidate = rest[: stop.start()] if stop else rest[:90]
        rule = "copyright_zh" if _HAN.search(candidate) else "copyright"
        if rule == "copyright_zh":
            candidate = re.split(
                r"版权|所有|保留|备案|地址|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川蜀宁琼]\s?ICP|\s",
                candidate,
            )[0]
        if candidate.strip() and not _credit().search(candidate):
            yield from _witness(
                candidate, rule, around(line, *match.span()), line.node, _copyright_factor(page, line)
            )
    before = _BEFORE_YEAR.match(text)
    if before and not _AFTER_YEARS.match(text):
        yield from _witness(
            title_segments(before.group(1))[-1] if title_segments(before.group(1)) else "",
            "copyright",
            text,
            line.node,
            0.7,
        )
    reserved = re.match(
        r"(?i)^(?:©?\s*(?:19|20)\d\d[\s\-–\d]*)?(.{2,70}?)[\s,.|\-–]*(?:all rights? reserved)", text
    )
    if reserved and "©" not in reserved.group(1) and "opyright" not in reserved.group(1):
        yield from _witness(reserved.group(1), "copyright", text, line.node, 0.9)
    for above in page.before(line, 1):
        if (
            len(text) < 40
            and len(above.text) < 50
            and re.fullmatch(r"(?i)\W*(?:copyright|©|\(c\)|\d|all rights? reserved|\W)*", text)
        ):
            yield from _witness(above.text, "copyright", above.text + " / " + text, above.node, 0.4)


def _copyright_factor(page: Page, line: Line) -> float:
    """The last copyright lines of a page speak for its owner; those in running text for others."""
    late = line.number >= len(page.lines) * 0.6 or line.within("footer")
    return 1.0 if late and len(line.text) < 400 else 0.45


def _from_short(page: Page, line: Line) -> Iterator[Witness]:
    text = line.text
    welcome = _WELCOME.match(text)
    if welcome:
        yield from _witness(welcome.group(1), "welcome", text, line.node)
    if line.heading in (1, 2) or line.within("header"):
        yield from _witness(text, "heading", text, line.node, 1.4 if line.heading == 1 else 1.0)
    following = page.lines[line.number + 1 : line.number + 2]
    if (
        following
        and _STREETISH.match(following[0].text)
        and not _STREETISH.match(text)
        and not re.search(r"\d{4,}|:$", text)
    ):
        yield from _witness(
            text,
            "address_head",
            f"{text} / {following[0].text}",
            line.node,
            1.2 if line.within("footer", "contact") else 1.0,
        )


def _from_images(page: Page) -> Iterator[Witness]:
    for image in page.images[:80]:
        if not image.alt or len(image.alt) > 90:
            continue
        src = image.src.rsplit("/", 1)[-1].lower()
        attributes = (
            f"{image.node.get('id', '')} {image.node.get('class', '')} {_parent_names(image.node)}".lower()
        )
        logo = "logo" in src or "logo" in attributes or "logo" in image.alt.lower()
        if not logo and "header" not in image.regions:
            continue
        factor = (
            (1.0 if logo else 0.4)
            * (0.1 if "others" in image.regions else 1.0)
            * (0.6 if "footer" in image.regions else 1.0)
        )
        segment = next(iter(title_segments(_LOGO.sub(" ", image.alt))), "")
        if segment:
            yield from _witness(segment, "logo", f"alt: {image.alt}", image.node, factor)


def _parent_names(node: etree._Element) -> str:
    names = []
    for parent, _ in zip(node.iterancestors(), range(2), strict=False):
        names.append(f"{parent.get('id', '')} {parent.get('class', '')}")
    return " ".join(names)
