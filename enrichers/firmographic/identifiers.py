"""Numbers the state gives a company or its site: ICP record and licence, 公网安备, 统一社会信用代码.

An ICP record (备案, every site) and an ICP licence (许可证, those that sell) are different things:
工业和信息化部《非经营性互联网信息服务备案管理办法》 and 《互联网信息服务管理办法》. 公网安备 is the police's register.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from accounts.values.identifier import uscc_checks
from enrichers.firmographic.fact import Fact, around
from enrichers.firmographic.page import Line, Page

PROVINCES = (
    "京津沪渝冀豫云雲滇辽遼黑湘皖鲁魯新苏蘇浙赣贛鄂桂甘陇晋晉蒙内陕陝秦吉闽閩贵貴黔粤粵青藏川蜀宁寧琼瓊"
)
_RECORD = re.compile(
    rf"([{PROVINCES}])\s?[-—]?\s?[iI][cC][pP]\s?[备備]\s?(?:案)?\s?(?:字)?\s?[第]?\s?[:：]?\s?[(（]?\s?(\d{{6,10}})\s?[)）]?\s?号?(?:\s?[-－—–]\s?(\d{{1,3}}))?"
)
_LICENCE = re.compile(
    rf"([{PROVINCES}])\s?[iI][cC][pP]\s?[证證]\s?[:：]?\s?(?:[合字第BbＢ\d]{{0,4}}[\s\-字第]{{0,3}})?(\d{{4,10}}(?:[-－]\d{{1,8}})?)\s?号?"
    rf"|(?:([{PROVINCES}])\s?|(?<![A-Z\d]))([AB][12])[-.]?\s?(20\d{{6}}(?:[-－]\d+)?)"
)  # fmt: skip
_POLICE = re.compile(
    rf"([{PROVINCES}])\s?公\s?网\s?安\s?[备備]\s?(?:案)?\s?(?:第)?\s?[:：]?\s?(\d{{10,16}})\s?号?(?:\s?-\s?(\d+))?"
)
_USCC = re.compile(r"(?<![0-9A-Za-z])([159ANY][1239]\d{6}[0-9A-HJ-NPQRTUWXY]{10})(?![0-9A-Za-z])")
_USCC_LABEL = re.compile(r"信用代码|信用代碼|USCC|Unified Social Credit|税号|纳税人识别号")


def identifiers(page: Page) -> list[Fact]:
    """The identifiers the page prints, each once."""
    found: dict[tuple[str, str], Fact] = {}
    for fact in _sightings(page):
        found.setdefault((fact.field, fact.canonical or fact.value), fact)
    return list(found.values())


def _sightings(page: Page) -> Iterator[Fact]:
    for line in page.lines:
        if line.digits >= 6 and not line.plain.isascii():
            yield from _of_the_site(line)
        if line.digits >= 8 and len(line.plain) >= 18:
            yield from _of_the_company(line)


def _of_the_site(line: Line) -> Iterator[Fact]:
    """ICP record and licence, and the police's number."""
    text = line.plain
    for match in _RECORD.finditer(text):
        number = f"{match.group(1)}ICP备{match.group(2)}号" + (f"-{match.group(3)}" if match.group(3) else "")
        passage = around(line, *match.span())
        yield Fact("icp", number, 0.96, passage, "icp.record", line.node, "record", number)
    for match in _LICENCE.finditer(text):
        printed = re.sub(r"\s", "", match.group())
        passage = around(line, *match.span())
        yield Fact("icp_licence", printed, 0.9, passage, "icp.licence", line.node, "licence", printed)
    for match in _POLICE.finditer(text):
        number = f"{match.group(1)}公网安备{match.group(2)}号"
        passage = around(line, *match.span())
        yield Fact("public_security_record", number, 0.95, passage, "icp.police", line.node, None, number)


def _of_the_company(line: Line) -> Iterator[Fact]:
    """The 统一社会信用代码: believed by its check character, its label, best by both."""
    for match in _USCC.finditer(line.plain):
        number = match.group(1)
        labelled, right = bool(_USCC_LABEL.search(line.plain[: match.start()])), uscc_checks(number)
        if right or labelled:
            confidence = 0.95 if right and labelled else 0.8 if right else 0.3
            passage = around(line, *match.span())
            yield Fact("uscc", number, confidence, passage, "uscc.printed", line.node, None, number)
