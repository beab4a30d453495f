"""Texts of any kind as values of every type, and as names for the matcher, the focus and the reader of events."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random

from accounts.account import Account, Company
from accounts.catalogue import shipped_catalogue
from accounts.link import Candidate
from accounts.protocols import NoJudgements
from accounts.values import VALUE_TYPES, Hints
from flows.company import company_of
from intelligence.events.classify import classify
from matchers import link_account, parse
from matchers.clusters import dedupe
from matchers.focus import find_focus
from tests.fuzz.mutate import sized
from tests.fuzz.target import Target

TEXTS = tuple(
    text.encode()
    for text in (
        "Kettle Works Ltd.", "兰亭精密机械有限公司", "Société Générale d'Éclairage S.A.", "Müller & Söhne GmbH & Co. KG", "株式会社 灯", "ООО «Ромашка»", "شركة الأمل المحدودة", "(303) 333-PAUL ext. 12",
        "+86 (0571) 8811-0022 转 8003", "０５７１－８８１１００２２", "https://www.kettleworks.test:8080/uk/?a=b#c", "mara.quill+crm@kettleworks.test", "杭州市西湖区文三路 90 号东部软件园 3 号楼 5 层", "77 Kettle Row, Suite 5, Port Anselm, OH 44101-1234",
        "US$ 1.25 billion", "5000万元人民币", "1.234.567,89 €", "200–500 employees", "约 1,200 人", "founded in 1998", "2026-11-22T03:00:00+08:00", "民国八十七年四月一日", "91330100MA2XK7P04Q", "9999000KETTLE00A1127", "active (in liquidation)", "存续（在营、开业、在册）",
        "Mara Jane Quill, CFO", "欧阳锋 董事长兼总经理", "Acme Holdings plc (formerly Kettle Works)", "a;b；c\nd",
    )
)  # fmt: skip
TELLING = tuple(
    text.encode()
    for text in (
        "Kettle Works Ltd has acquired Meridian Copper & Brass for $40 million, the companies said on Monday. Shares of Kettle Works rose 3 %.",
        "兰亭精密机械有限公司宣布完成A轮融资5000万元，由北岭集团领投；公司任命顾青山为总经理。",
        "The Kettle Works, a pub in Leeds, is not Kettle Works Limited. Port Anselm's mayor denied that the plant will close in 2027.",
    )
)
NAMES = ("Kettle Works Ltd", "Meridian Copper & Brass Corp", "兰亭精密机械有限公司", "The Kettle Works")


def read_value(data: bytes) -> None:
    """A text as a value of every type and field, and what is rendered read again."""
    text = (
        data.decode("utf-8", "surrogatepass")
        if b"\xed" in data and _passes(data)
        else data.decode("utf-8", "replace")
    )
    text = text[:60_000]
    for hints in (Hints(), Hints("CN", "zh")):
        for kind in VALUE_TYPES.values():
            value = kind.canonical(text, hints)
            kind.key(text, hints)
            kind.problem(text, hints)
            if value is not None:
                json.dumps(
                    [value, kind.render(value, hints), kind.key(text, hints)], ensure_ascii=False
                ).encode()
    for spec in shipped_catalogue():
        spec.key(text[:5_000])
        spec.problem(text[:5_000])


def _passes(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def link(data: bytes) -> None:
    """Two texts as names, addresses and numbers of an account and of a candidate."""
    texts = [
        *[part.decode("utf-8", "replace")[:20000] for part in data.split(b"\n")][:12],
        "",
        "Kettle Works Ltd",
        "x",
    ]
    fields = ("name", "website", "phone", "city", "country", "email", "uscc", "street")
    account = Account("A1", {f: texts[n % len(texts)] for n, f in enumerate(fields)})
    theirs = Company(
        "r1", (texts[0], texts[-1]), (texts[1],), (), (texts[-2],), {"city": texts[0], "country": texts[1]}, {"uscc": texts[0], "lei": texts[1]},
    )  # fmt: skip
    for text in texts:
        parse(text)
    candidates = [
        Candidate("site", theirs, "https://x.test", stated=len(data) % 2 == 0),
        Candidate("site", company_of(account), "https://y.test"),
    ]
    found = link_account(
        company_of(account), tuple(candidates), account_id="A1", source="site", judgements=NoJudgements()
    )
    assert found is None or 0 <= found.probability <= 1


def group(data: bytes) -> None:
    """Lines as one table's companies."""
    lines = [part.decode("utf-8", "replace")[:2_000] for part in data.split(b"\n")][:80]
    rows = [
        Company(str(n), (line, *NAMES[: n % 3]), (lines[-n],), (), (line,), {"city": lines[n // 2]})
        for n, line in enumerate(lines)
    ]
    assert len(dedupe(rows)) == len(rows)


def tell(data: bytes) -> None:
    """A text as an article: what happened, and to whom."""
    text = data.decode("utf-8", "replace")[:200_000]
    repr(classify(text)).encode()
    repr(find_focus(text, NAMES)).encode()


def _lines(random: Random, seeds: Sequence[bytes]) -> bytes:
    return b"\n".join(
        sized(random, seeds) if random.random() < 0.6 else random.choice(seeds)
        for _ in range(random.choice((1, 3, 8)))
    )


TARGETS = (
    Target("values", lambda: TEXTS, sized, lambda: read_value, 12_000),
    Target("links", lambda: TEXTS, _lines, lambda: link, 6_000),
    Target("duplicates", lambda: TEXTS, _lines, lambda: group, 1_000),
    Target("tellings", lambda: TELLING, sized, lambda: tell, 4_000),
)
