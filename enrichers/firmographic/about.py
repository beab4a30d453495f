"""What the company says it is: description, founding year, headcount, industry, logo, languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from enrichers.firmographic.fact import Fact, around
from enrichers.firmographic.name_parts import squeezed
from enrichers.firmographic.page import Line, Page
from enrichers.firmographic.structured import Organisation

_FOUNDED = re.compile(
    r"(?i)\b(?:founded|established|incorporated|formed|started|est\.?d?|in business|serving[^.]{0,40}?|since|begun|began|opened)\s*(?:in|since|:|back in|on)?\s*(?:the year\s*)?(?:\w+ \d{0,2},? )?((?:18|19|20)\d\d)\b"
)
_FOUNDED_ZH = re.compile(
    r"(?:成立|创立|创建|创办|组建|始建|始创|建立|注册成立|設立|創立|成立时间|成立日期)\s*(?:于|於|时间|日期|年份)?\s*[:：]?\s*(?:公元)?((?:18|19|20)\d\d)\s*年?|((?:18|19|20)\d\d)\s*年\s*(?:\d{1,2}\s*月)?(?:\d{1,2}\s*日)?\s*(?:正式)?(?:成立|创立|创建|创办|组建|注册成立)"
)
_EMPLOYEES = re.compile(
    r"(?i)(?:(?:employ(?:s|ing)?|staff of|team of|workforce of|has|have|with|over|more than|approximately|about|some|nearly)\s+){1,3}(\d{1,3}(?:,\d{3})+|\d{2,6})\s*\+?\s*(?:full[- ]time\s+|skilled\s+|dedicated\s+|talented\s+|professional\s+|experienced\s+)?(?:employees|staff(?: members)?|people(?= (?:worldwide|globally|across))|team members|professionals|associates|specialists)"
    r"|\b(\d{1,3}(?:,\d{3})+|\d{2,6})\s*\+?\s+(?:employees|staff members|team members)\b"
)
_EMPLOYEES_ZH = re.compile(
    r"(?:员工|職員|员工总数|在职员工|现有员工|公司现有|从业人员|职工|拥有员工|团队(?:规模)?|公司规模|人员规模)\s*(?:人数|总数|规模)?\s*(?:达|为|共|约|近|超过?|有|:|：)*\s*(\d{1,6})\s*(?:多|余)?\s*(?:名|人|余人|多人)|(\d{2,6})\s*(?:多|余)?\s*(?:名|位)\s*(?:员工|职工|在职员工)"
)
_OWN = re.compile(
    r"(?i)\b(?:we|our|us|company|firm|business|agency|corporation|organization|group)\b|公司|我们|本公司|企业|集团|我司"
)
_LEAST = 0.5
"""Years told less surely than this are not told at all: many years stand on a page."""
_NO_TRADE = frozenset(
    {
        "Organization",
        "Corporation",
        "LocalBusiness",
        "Place",
        "Brand",
        "Store",
        "vcard",
        "NewsMediaOrganization",
        "OnlineBusiness",
    }
)
_GENERIC = re.compile(
    r"(?i)^(?:just another wordpress|default description|description|site description|joomla|一个|网站描述|your description)"
)


def about(page: Page, organisations: Sequence[Organisation], own_names: Sequence[str] = ()) -> list[Fact]:
    """Description, founded, employees, logo, industry and languages, best first per field."""
    facts = [
        *_structured(organisations),
        *_description(page),
        *_from_lines(page, own_names),
        *_logo(page),
        *_languages(page),
    ]
    return sorted(facts, key=lambda fact: (fact.field, -fact.confidence))


def _structured(organisations: Sequence[Organisation]) -> Iterator[Fact]:
    for organisation in organisations:
        if not organisation.main:
            continue
        if organisation.kind not in _NO_TRADE:  # schema.org names trades by type: RoofingContractor, Dentist
            trade = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", organisation.kind).capitalize()
            yield Fact(
                "industry", trade, 0.6, f"@type: {organisation.kind}", "industry.type", organisation.node
            )
        for key, field, confidence in (
            ("description", "description", 0.85), ("foundingDate", "founded", 0.92), ("numberOfEmployees", "employees", 0.85),
            ("industry", "industry", 0.8), ("naics", "naics", 0.85), ("isicV4", "isic", 0.85), ("logo", "logo", 0.9),
            ("vatID", "vat", 0.9), ("taxID", "tax_id", 0.85), ("duns", "duns", 0.85), ("leiCode", "lei", 0.9),
        ):  # fmt: skip
            text = organisation.first(key)
            if text:
                value = text[:4] if field == "founded" and re.match(r"\d{4}", text) else text
                yield Fact(
                    field,
                    value,
                    confidence,
                    f"{organisation.kind}.{key}: {text}"[:300],
                    f"{field}.structured",
                    organisation.node,
                )


def _description(page: Page) -> Iterator[Fact]:
    for key, confidence in (("og:description", 0.72), ("description", 0.7), ("twitter:description", 0.6)):
        text = page.meta.get(key, "")
        if len(text) >= 20 and not _GENERIC.match(text):
            yield Fact(
                "description",
                text[:1000],
                confidence,
                f"{key}: {text}"[:300],
                f"description.{key.replace(':', '_')}",
            )


def _from_lines(page: Page, own_names: Sequence[str]) -> Iterator[Fact]:
    keys = [key for key in map(squeezed, own_names) if len(key) > 3]
    for line in page.lines:
        text = line.plain
        if len(text) < 6 or len(text) > 3000:
            continue
        yield from _founded(line, text, keys)
        for pattern, rule in ((_EMPLOYEES, "text"), (_EMPLOYEES_ZH, "text_zh")):
            match = pattern.search(text) if line.digits else None
            if match:
                number = next(group for group in match.groups() if group).replace(",", "")
                if 1 < int(number) < 3_000_000:
                    yield Fact(
                        "employees",
                        number,
                        0.66 if _OWN.search(text) or rule == "text_zh" else 0.5,
                        around(line, *match.span()),
                        f"employees.{rule}",
                        line.node,
                    )


def _founded(line: Line, text: str, keys: Sequence[str]) -> Iterator[Fact]:
    if "19" not in text and "20" not in text and "18" not in text:
        return
    for pattern, rule in ((_FOUNDED, "text"), (_FOUNDED_ZH, "text_zh")):
        match = pattern.search(text)
        if not match:
            continue
        year = next(group for group in match.groups() if group)
        sentence = text[max(0, match.start() - 120) : match.end()]
        named = any(key in squeezed(sentence) for key in keys)
        confidence = 0.75 if named else 0.66 if _OWN.search(sentence) else 0.45
        if re.search(r"(?i)copyright|©|版权", text) or (
            match.group().lower().startswith("since") and len(text) > 200
        ):
            confidence -= 0.2
        if re.search(r"(?i)founded|established|incorporated|成立|创立|创建", match.group()):
            confidence += 0.1
        if confidence < _LEAST:
            continue
        yield Fact("founded", year, confidence, around(line, *match.span()), f"founded.{rule}", line.node)


def _logo(page: Page) -> Iterator[Fact]:
    for image in page.images[:60]:
        named = f"{image.src.rsplit('/', 1)[-1]} {image.node.get('class', '')} {image.node.get('id', '')} {image.alt}".lower()
        if (
            image.src
            and not image.src.startswith("data:")
            and "logo" in named
            and not {"others", "footer"} & image.regions
        ):
            confidence = 0.8 if "header" in image.regions else 0.62
            yield Fact(
                "logo",
                page.absolute(image.src, page.base),
                confidence,
                f"img alt={image.alt!r} src={image.src}"[:300],
                "logo.image",
                image.node,
            )
            return
    for node in page.root.iter("link"):
        if "apple-touch-icon" in (node.get("rel") or "") and node.get("href"):
            yield Fact(
                "logo",
                page.absolute(node.get("href"), page.base),
                0.45,
                f"link rel={node.get('rel')}",
                "logo.icon",
                node,
            )
            return


def _languages(page: Page) -> Iterator[Fact]:
    yield Fact("languages", page.language, 0.8, f"html lang={page.root.get('lang')}", "languages.own")
    seen = {page.language}
    for node in page.root.iter("link"):
        code = (node.get("hreflang") or "")[:2].lower()
        if node.get("rel") == "alternate" and code.isalpha() and code not in seen and code != "x-":
            seen.add(code)
            yield Fact(
                "languages", code, 0.9, f"hreflang={node.get('hreflang')}", "languages.alternate", node
            )
