"""Invented companies with noisy copies, and how right a grouping of them is. Needs nothing but the standard library."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

CITIES = ["Springfield", "Harborview", "Eastvale", "Northgate", "Ridgemont", "Lakewood"]
HAN_CITIES = ["深圳", "杭州", "成都", "武汉", "苏州", "青岛", "南京", "西安"]
TRADES = [
    "Software",
    "Foods",
    "Logistics",
    "Pharmaceuticals",
    "Energy",
    "Capital",
    "Materials",
    "Robotics",
    "Textiles",
    "Marine",
]
HAN_TRADES = ["科技", "网络", "电子", "医药", "新材料", "物流", "食品", "传媒", "环保", "智能装备"]
FORMS = [("Inc.", "Incorporated"), ("Ltd", "Limited"), ("Corp.", "Corporation"), ("LLC", "L.L.C.")]
SYLLABLES = [
    "ba",
    "be",
    "bo",
    "da",
    "de",
    "di",
    "do",
    "fa",
    "fe",
    "ga",
    "go",
    "ka",
    "ke",
    "ko",
    "la",
    "le",
    "li",
    "lo",
    "ma",
    "me",
    "mi",
    "mo",
    "na",
    "ne",
    "no",
    "pa",
    "pe",
    "ra",
    "re",
    "ri",
    "ro",
    "sa",
    "se",
    "si",
    "so",
    "ta",
    "te",
    "to",
    "va",
    "ve",
    "vi",
    "vo",
    "za",
    "zo",
]
HAN = "安邦博昌诚达德东方飞丰福富光广国海航浩和恒宏华辉汇吉佳嘉建健江金锦京景凯康科蓝乐力利联龙隆美明南鹏奇启前庆荣瑞润森盛胜世思松泰腾天通威维伟文西祥翔新信星兴旭亚阳益永优友宇元远悦云泽正志中众卓柏枫岚澜沐清泉桐梓楠榆樱棠荷莲菲芸芯茂苏莱萌蓉薇晨曦晓旭昊朗霖霄雅韵颖毅翼宸宇宁宜颂尚世拓特途沃希夏仙弦屿禹煜誉渊岳钰臻震芝舟洲竹卓紫尊"


def make(size: int, seed: int = 7, *, register: bool = True) -> list[tuple[str, str, str, int]]:
    """Rows (id, name, city, entity).

    As in a register, no two companies of one city have the same name, whatever their legal form (企业名称登记管理规定
    § 17; Delaware Code, title 8 § 102); without `register` names fall as they may, and of a million rows 12,324 pairs
    of companies cannot be told apart by anybody: same name, same form, same city.
    """
    rng = random.Random(seed)
    rows: list[tuple[str, str, str, int]] = []
    entity = 0
    taken: set[tuple[str, str]] = set()
    while len(rows) < size:
        chinese = entity % 2 == 1
        row = _chinese(rng) if chinese else _english(rng)
        entered = (row[0] if chinese else row[0].rsplit(" ", 1)[0], row[1])
        if register and entered in taken:
            continue
        taken.add(entered)
        entity += 1
        rows.append((str(len(rows)), *row, entity))
        if entity % 5 == 0 and len(rows) < size:
            name, city = row
            rows.append(
                (
                    str(len(rows)),
                    _noisy_chinese(name, rng) if chinese else _noisy_english(name, rng),
                    city if rng.random() < 0.8 else "",
                    entity,
                )
            )
    rng.shuffle(rows)
    return rows


def _english(rng: random.Random) -> tuple[str, str]:
    brand = "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(3, 4))).capitalize()
    return f"{brand} {rng.choice(TRADES)} {rng.choice(FORMS)[0]}", rng.choice(CITIES)


def _chinese(rng: random.Random) -> tuple[str, str]:
    city = rng.choice(HAN_CITIES)
    brand = "".join(rng.choice(HAN) for _ in range(rng.randint(2, 3)))
    return f"{city}{brand}{rng.choice(HAN_TRADES)}有限公司", city


def _noisy_english(name: str, rng: random.Random) -> str:
    kind = rng.randrange(5)
    words = name.split()
    if kind == 0:
        return name.upper()
    if kind == 1:
        return " ".join([words[0], words[1][: rng.randint(4, 5)], *words[2:]])
    if kind == 2:
        return " ".join(words[:-1])
    if kind == 3:
        at = rng.randrange(1, len(words[0]) - 1)
        return " ".join([words[0][:at] + words[0][at + 1 :], *words[1:]])
    return " ".join([*words[:-1], dict(FORMS)[words[-1]]])


def _noisy_chinese(name: str, rng: random.Random) -> str:
    kind = rng.randrange(4)
    if kind == 0:
        return name[2:]
    if kind == 1:
        return name.replace("有限公司", "股份有限公司")
    if kind == 2:
        return f"{name[2:-4]}({name[:2]}){name[-4:]}"
    return name[:2] + "市" + name[2:]


def f1(rows: Sequence[tuple[str, str, str, int]], clusters: Sequence[object]) -> tuple[float, float, float]:
    """Pairwise precision, recall, F1."""

    def count(keys: Sequence[object]) -> int:
        sizes: dict[object, int] = defaultdict(int)
        for key in keys:
            sizes[key] += 1
        return sum(n * (n - 1) // 2 for n in sizes.values())

    entities = [row[3] for row in rows]
    both = count(list(zip(entities, clusters, strict=True)))
    said, true = count(clusters), count(entities)
    precision, recall = both / max(1, said), both / max(1, true)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)
