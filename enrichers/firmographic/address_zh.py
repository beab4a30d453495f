"""Chinese addresses, read from the large unit to the small: province, city, then everything else as the street."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from lxml import etree

from enrichers.firmographic.chinese_places import (
    country_of_place,
    country_of_signs,
    region_names,
    taiwan_unit,
)
from enrichers.firmographic.country import country_of_domain
from enrichers.firmographic.headquarters import is_headquarters
from enrichers.firmographic.page import Line, Page
from enrichers.firmographic.words import pattern_of, read_yaml

Found = tuple[dict[str, str], str, float, str, etree._Element, bool, int]

_STOP = re.compile(
    r"\s*(?:邮\s*编|邮政编码|郵編|电\s*话|電\s*話|座\s*机|专\s*线|传\s*真|傳\s*真|手\s*机|热\s*线|邮\s*箱|E-?mail|Tel|TEL|Fax|联系人|客服|网\s*址|版权|Copyright|备案|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川蜀宁琼]ICP|技术支持|公交|乘车|QQ|微信|http|www\.|；|;|\||。|©|总机|主办|承办|\s{3,})"
)
_UNIT = re.compile(r"[路街道号號弄巷村镇鎮乡鄉楼樓层層室栋棟座幢園园区區厦廈]|\d")
_LEAD = re.compile(r"^[^:：\d]{1,8}[:：]\s*(?=(?:\d{3,6}\s*)?[\u4e00-\u9fff])")
"""`總公司：` before an address that no other label announces."""
_LEADING_CODE = re.compile(r"(\d{3}(?:\d{2,3})?)\s*(?=[\u4e00-\u9fff]{2})")
_POSTCODE = re.compile(r"(?:邮\s*编|邮政编码|郵編|郵遞區號|ZIP)\D{0,4}(\d{5,6})(?!\d)", re.IGNORECASE)


@cache
def _start() -> re.Pattern[str]:
    """Province, city and district at the head of an address."""
    return re.compile(
        rf"(?:(?:中国|中國)[·,，\s]?)?(?:\([^)]{{2,4}}\))?(?P<region>(?:{region_names()})(?:省|市|自治区|壮族自治区|回族自治区|维吾尔自治区|特别行政区)?)?[\s,，·-]?"
        r"(?P<city>[\u4e00-\u9fff]{2,7}?(?:市|自治州|地区|盟))?[\s,，·-]?(?P<district>[\u4e00-\u9fff]{1,8}?(?:区|區|县|縣|旗|市))?"
    )


@cache
def _taiwan() -> re.Pattern[str]:
    """City or county of Taiwan, and the district or township after it."""
    return re.compile(
        rf"(?P<region>台灣|臺灣|台湾)?省?[\s,，]?(?P<city>{taiwan_unit().pattern})\s?(?P<district>[\u4e00-\u9fff]{{1,3}}?[區区市鄉乡鎮镇])?"
    )


@cache
def _labelled() -> re.Pattern[str]:
    return re.compile(
        rf"(?i)(?:{pattern_of('labels.yml', 'address').pattern})\s*(?:[(（][^)）]{{1,12}}[)）])?\s*[:：\]】]\s*"
    )


def chinese_addresses(page: Page, given: str | None = None) -> Iterator[Found]:
    """Parts, rule, confidence, passage, node, headquarters, order of every Chinese address on a page.

    The country is the named place's, else what the page's signs or `given` (the account's known country) say;
    where they leave it open, an address has none.
    """
    otherwise = country_of_signs(page.text, country_of_domain(page.url), given)
    postcodes = [match.group(1) for match in _POSTCODE.finditer(page.text)]
    for line in page.lines:
        for text, labelled in _texts(page, line):
            parts = split_address(text)
            if parts is None or not (
                labelled or ((parts.get("region") and parts.get("city")) or parts.get("district"))
            ):
                continue
            own = _POSTCODE.search(line.plain)
            postcode = own.group(1) if own else postcodes[0] if len(set(postcodes)) == 1 else None
            parts.pop("district", None)
            country = country_of_place(text) or otherwise
            parts |= {"country": country} if country else {}
            parts |= {"postcode": postcode} if postcode and "postcode" not in parts else {}
            headquarters = is_headquarters(page, line, 2)
            yield (
                parts,
                "zh",
                0.88 if labelled else 0.62,
                line.text[:300],
                line.node,
                headquarters,
                line.number,
            )


def _texts(page: Page, line: Line) -> Iterator[tuple[str, bool]]:
    """What may be an address in a line: after a label, or a short line that starts with a province and ends in a unit."""
    text = line.plain
    hit = False
    for match in _labelled().finditer(text):
        rest = text[match.end() : match.end() + 120]
        stop = _STOP.search(rest)
        hit = True
        yield rest[: stop.start()] if stop else rest, True
    if hit:
        return
    text = _LEAD.sub("", text)
    above = next(iter(page.before(line, 1)), None)
    after_label = (
        above is not None
        and len(above.plain) < 12
        and re.fullmatch(rf"(?i)\W*(?:{pattern_of('labels.yml', 'address').pattern})\W*", above.plain)
        is not None
    )
    if after_label or (
        8 <= len(text) <= 60
        and _start().match(text)
        and re.search(r"[号號楼樓室层層栋座]\W*$|\d+[号號]", text)
    ):
        stop = _STOP.search(text)
        yield text[: stop.start()] if stop else text, after_label


def split_address(text: str) -> dict[str, str] | None:
    """Region, city, district and street of a Chinese address, or None where the text is none.

    >>> split_address("广东省深圳市南山区科技园1号楼")
    {'region': '广东省', 'city': '深圳市', 'district': '南山区', 'street': '南山区科技园1号楼'}
    """
    text = text.strip(" ,，:：.。-—")
    lead = _LEADING_CODE.match(text)
    parts = {"postcode": lead.group(1)} if lead else {}
    text = text[lead.end() :] if lead else text
    if not 5 <= len(text) <= 90 or not _UNIT.search(text) or not re.search(r"[\u4e00-\u9fff]{3}", text):
        return None
    taiwan = _taiwan().match(text)
    match = taiwan or _start().match(text)
    parts |= {name: value for name, value in (match.groupdict() if match else {}).items() if value}
    region = parts.get("region", "")
    if region.rstrip("市") in read_yaml("places.yml")["cn_municipalities"] and "city" not in parts:
        parts["city"] = region.rstrip("市") + "市"
    start = match.start("district") if match and match.start("district") >= 0 else match.end() if match else 0
    street = text[start:].strip(" ,，·-")
    if street:
        parts["street"] = street
    return parts if parts.get("street") else None
