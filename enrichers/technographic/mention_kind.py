"""In what role a passage names a technology: wanted, nice to have, part of the stack, a boast, a customer's story."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class MentionKind(StrEnum):
    """The role of a mention."""

    STACK = "stack"
    CUSTOMER_STORY = "customer_story"
    DUTY = "duty"
    REQUIREMENT = "requirement"
    NICE_TO_HAVE = "nice_to_have"
    PLAIN = "plain"
    BOILERPLATE = "boilerplate"
    PARTNER_BOAST = "partner_boast"


CONFIDENCE = {
    MentionKind.STACK: 0.9,
    MentionKind.CUSTOMER_STORY: 0.85,
    MentionKind.DUTY: 0.75,
    MentionKind.REQUIREMENT: 0.65,
    MentionKind.NICE_TO_HAVE: 0.4,
    MentionKind.PLAIN: 0.55,
    MentionKind.BOILERPLATE: 0.15,
    MentionKind.PARTNER_BOAST: 0.1,
}
"""How sure such a mention makes us that the company itself uses the technology."""

_HEADINGS = (
    (MentionKind.STACK, r"(?:the|our|tech(?:nology|nical)?|current)\s?(?:tech(?:nology)?\s)?stack\b|technologies we use|技术栈|技术体系\s?[:：]"),
    (MentionKind.NICE_TO_HAVE, r"nice[\s-]to[\s-]haves?|(?:major\s)?pluses|bonus(?:\spoints)?|good to have|preferred (?:skills|qualifications)|extra points|加分项|优先条件"),
    (MentionKind.REQUIREMENT, r"(?:job |minimum |basic |key |technical |skills? (?:&|and) )?(?:requirements?|qualifications?|must[\s-]haves?|skills?(?: required)?|required profile|your profile|what you(?:'ll)? (?:need|bring)|who you are|experience)\s?(?:and \w+ skills)?\s?[:：\n]|任职要求|岗位要求|职位要求|任职资格|任职条件|应聘资格要求|技能要求|能力要求|技术要求|要求\s?[:：]"),
    (MentionKind.DUTY, r"(?:your |key |main )?(?:responsibilities|duties|mission|what you(?:'ll| will) do|the role|tasks)\s?[:：\n]|岗位职责|工作职责|职责描述|工作内容|职位描述|岗位描述|职责\s?[:：]"),
    (MentionKind.BOILERPLATE, r"(?:our |the )?(?:benefits|perks|package|we offer|what we offer|about us|about the company|who we are|why us|equal opportunity)\s?[:：?\n]|福利待遇|公司福利|薪资福利|公司简介|关于我们"),
)  # fmt: skip
_HEADING = re.compile("|".join(f"(?P<{kind.value}>{source})" for kind, source in _HEADINGS), re.I)
_NICE = re.compile(
    r"\b(?:is|are|would be|considered|as)?\s?a? ?(?:big |strong |clear |huge )?(?:plus|bonus|advantage)\b|advantageous|\bnice to have|"
    r"\bpreferred\b|\bdesirable\b|优先|加分|更佳|者佳",
    re.I,
)
_BOAST = re.compile(
    r"\b(?:premier|gold|silver|platinum|certified|authori[sz]ed|strategic|official|elite|consulting|implementation|technology)\s(?:\w+\s)?"
    r"(?:partner|reseller|distributor|provider)\b|\bpartner(?:s|ed)?\s(?:of|with)\b|\bpartner\s?(?:of the year|network)|"
    r"we (?:help|advise|assist) (?:our )?(?:clients|customers|companies)|implementing\s[^.]{2,80}\sfor (?:our )?(?:clients|customers)|"
    r"(?:金牌|银牌|白金|钻石|战略|授权|核心|高级|认证|官方)(?:合作伙伴|代理商|经销商|服务商)|合作伙伴包括|代理商",
    re.I,
)
_STORY = re.compile(
    r"\b(?:went live|go[- ]live|goes live|rolled out|migrat(?:ed|es|ing) (?:from|to)|switched (?:from|to)|selected|chose|deployed|implemented|"
    r"standardi[sz]ed on|replaced)\b|成功上线|正式上线|上线了|部署了|选择了|选用|替换",
    re.I,
)
_USES = re.compile(
    r"\b(?:we (?:use|run on|work with|are using)|our (?:platform|stack|product|team) (?:is|uses|runs)|built (?:on|with)|E-Commerce framework of choice|working mainly)\b|我们使用|基于.{2,20}(?:构建|搭建)",
    re.I,
)
_BREAK = re.compile(r"(?<=[。；;!！?？])|\n+|(?<=\s\.)\s|(?<=[a-z0-9)]\.)\s(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence with its place in the text and its role."""

    start: int
    end: int
    text: str
    kind: MentionKind


def passages(text: str) -> Iterator[Passage]:
    """The sentences of a text, each with the role its own words or the heading above it give it."""
    start, section = 0, MentionKind.PLAIN
    for stop in [*(match.start() for match in _BREAK.finditer(text)), len(text)]:
        if stop <= start:
            continue
        sentence = text[start:stop]
        headings = list(_HEADING.finditer(sentence + "\n"))
        if headings:
            section = MentionKind(headings[-1].lastgroup or section)
        yield Passage(start, stop, " ".join(sentence.split())[:500], _kind(sentence, section))
        start = stop


def _kind(sentence: str, section: MentionKind) -> MentionKind:
    if _BOAST.search(sentence):
        return MentionKind.PARTNER_BOAST
    if _NICE.search(sentence):
        return MentionKind.NICE_TO_HAVE
    if _USES.search(sentence):
        return MentionKind.STACK
    if section is MentionKind.PLAIN and _STORY.search(sentence):
        return MentionKind.CUSTOMER_STORY
    return section
