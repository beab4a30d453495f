"""Who came, went or was promoted, and to which office: named officers of companies, English and Chinese."""

from __future__ import annotations

import re

_ROLE_EN = (
    r"(?:(?:Interim|Acting|Group|Global|Deputy|Co-|Senior |Executive |Non-Executive |Independent )\s?)*"
    r"(?:Chief (?:[A-Z][a-z&]+ ){1,4}Officer|Chief Executive|C[EFOTIMRHPL]O|CISO|President|Chair(?:man|woman|person)?|"
    r"(?:[A-Z][a-z]+ )?Director|General (?:Manager|Counsel)|(?:Senior |Executive )?Vice President|[SE]?VP|Managing Partner|"
    r"Head of [A-Z][\w&]+(?: [A-Z][\w&]+)?|Treasurer)"
)
_NAME_EN = r"(?:(?:Dr|Mr|Ms|Mrs)\s)?(?:[A-Z][\w'’-]+|[A-Z]\b)(?:\s(?:[A-Z]\b|[A-Z][\w'’-]+|de|van|von|der|bin|al)){1,3}"
_PLAIN_ROLE = rf"(?i:{_ROLE_EN})"
_PATTERNS_EN = (
    re.compile(rf"\b(?i:appoints?|appointed|names|named|hires|hired|promotes|promoted|elects|elected|taps|welcomes|appointment of)\s(?P<who>{_NAME_EN}?)\s(?:(?:as|to|its|the|new|be)\s){{0,3}}(?P<role>{_PLAIN_ROLE})"),
    re.compile(rf"(?P<who>{_NAME_EN}?)\s(?i:joins)\s[^.;]{{1,50}}?\s(?:as|to be)\s(?:its\s|the\s|new\s)?(?P<role>{_PLAIN_ROLE})"),
    re.compile(rf"\b(?P<role>{_ROLE_EN}|[Cc]hief executive|[Pp]resident|[Ff]inance chief|[Cc]hairman)\s(?P<who>{_NAME_EN}?)(?=\s(?:will|to|is|has|resigns?|steps?|quits|leaves|retires?|announces|departs|was|said)\b|[,.]|$)"),
    re.compile(rf"(?P<who>{_NAME_EN}?)\s(?:is the new|will (?:become|succeed|step down as)|steps down as|resigns as|becomes|to step down as|as new)\s(?:its\s|the\s|new\s)?(?P<role>{_PLAIN_ROLE})"),
)  # fmt: skip
_ROLE_ZH = (
    "(?:副董事长|董事长兼总经理|董事长兼总裁|执行董事长|董事长|副总经理|总经理|副总裁|联席总裁|总裁|副行长|行长|独立董事|执行董事|董事会秘书|董事|监事会主席|监事|"
    "财务总监|财务负责人|首席[一-龥]{1,5}官|联席CEO|CEO|CFO|COO|CTO|CMO|董秘|行政总裁|董事会主席|主席|证券事务代表|总监)"
)
_NAME_ZH = r"(?:[一-龥]{2,3}|[一-龥]{1,6}[·•.][一-龥]{1,6}|[A-Z][A-Za-z.]+(?: [A-Z][A-Za-z.]+){1,2})"
_LEAVE_ZH = "(?:先生|女士)?(?:递交|提交|的|书面|申请|提请|已|已经|宣布|官宣|将|正式|日前|因[^，。；]{1,8}原因)*(?:辞职|辞任|离职|卸任|离任|辞去|辞呈|退休)"
_PATTERNS_ZH = (
    re.compile(rf"(?:任命|聘任|委任|聘请|选举|提名|招募)(?:[^，。；、]{{0,8}}(?:高管|先生))?(?P<who>{_NAME_ZH})(?:先生|女士|博士)?(?:为|担任|出任|任|接替[^，。]{{2,6}}为)[^，。；]{{0,10}}?(?P<role>{_ROLE_ZH})", re.I),
    re.compile(rf"(?P<role>{_ROLE_ZH})(?P<who>{_NAME_ZH})(?={_LEAVE_ZH})", re.I),
    re.compile(rf"(?P<who>{_NAME_ZH})(?:先生|女士)?(?:因[^，。；]{{1,14}})?(?:申请|提请)?(?:将)?(?:辞去|出任|接任|升任|就任|担任|兼任|不再担任)[^，。；]{{0,14}}?(?P<role>{_ROLE_ZH})", re.I),
)  # fmt: skip
# Verbs and connecting words that a greedy reading of capitals or characters would take for a name.
_NOT_NAMES = re.compile(
    r"^(?:New|The|Its|First|Chief|Board|Group|Company|Inc|Corp|Announces|公司|集团|董事|因|以及|职务|兼|等|原|现任|为|及|和|高管|的|宣布|近日|申请|两|三|一月内)"
)


def officer(text: str, lang: str) -> dict[str, str]:
    """`person` and `role` of the first officer named beside a change of office; empty when none is named."""
    for pattern in _PATTERNS_EN if lang == "en" else _PATTERNS_ZH:
        for match in pattern.finditer(text):
            who = match["who"].strip()
            if not _NOT_NAMES.search(who):
                return {"person": who, "role": match["role"].strip()}
    return {}
