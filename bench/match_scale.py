"""Deduplicates invented names with noisy copies, and with peers where they are installed: rows a second, F1, memory.

    python bench/match_scale.py [ROWS] [--peers]

Half of the names are Chinese, half English; every fifth row has a noisy copy; name and city only. Each engine runs in a
process of its own on the same rows.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import time
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


def make(size: int, seed: int = 7) -> list[tuple[str, str, str, int]]:
    """Rows (id, name, city, entity)."""
    rng = random.Random(seed)
    rows: list[tuple[str, str, str, int]] = []
    entity = 0
    while len(rows) < size:
        entity += 1
        chinese = entity % 2 == 0
        row = _chinese(rng) if chinese else _english(rng)
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


def ours(rows: Sequence[tuple[str, str, str, int]]) -> list[object]:
    from accounts.account import Company  # noqa: PLC0415
    from matchers.clusters import dedupe  # noqa: PLC0415

    companies = [
        Company(id=row[0], names=(row[1],), address={"city": row[2]} if row[2] else {}) for row in rows
    ]
    return [cluster for cluster, _ in dedupe(companies)]


def splink(rows: Sequence[tuple[str, str, str, int]]) -> list[object]:
    import pandas as pd  # noqa: PLC0415
    import splink.comparison_library as cl  # noqa: PLC0415
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # noqa: PLC0415

    frame = pd.DataFrame(
        {
            "unique_id": [r[0] for r in rows],
            "name": [r[1] for r in rows],
            "city": [r[2] or None for r in rows],
        }
    )
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[cl.JaroWinklerAtThresholds("name", [0.95, 0.88]), cl.ExactMatch("city")],
        blocking_rules_to_generate_predictions=[
            block_on("substr(name,1,6)"),
            block_on("right(name,8)", "city"),
        ],
    )
    linker = Linker(frame, settings, DuckDBAPI())
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("substr(name,1,6)"))
    edges = linker.inference.predict(threshold_match_probability=0.5)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(edges, 0.5).as_pandas_dataframe()
    by_id = dict(zip(found["unique_id"], found["cluster_id"], strict=True))
    return [by_id.get(row[0], row[0]) for row in rows]


ENGINES = {"ours": ours, "splink": splink}


def run(engine: str, size: int) -> dict[str, object]:
    rows = make(size)
    begin = time.perf_counter()
    clusters = ENGINES[engine](rows)
    seconds = time.perf_counter() - begin
    precision, recall, score = f1(rows, clusters)
    return {
        "engine": engine, "rows": size, "seconds": round(seconds, 2), "rows_per_s": round(size / seconds),
        "precision": round(precision, 3), "recall": round(recall, 3), "f1": round(score, 3),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=100_000)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--engine", help="run one engine in this process")
    options = parser.parse_args()
    if options.engine:
        print(json.dumps(run(options.engine, options.rows)))
        return
    for engine in ENGINES if options.peers else ["ours"]:
        done = subprocess.run(
            [sys.executable, __file__, str(options.rows), "--engine", engine],
            capture_output=True,
            text=True,
            check=False,
        )
        print(done.stdout.strip() or f"{engine}: {done.stderr.strip().splitlines()[-1:]}")


if __name__ == "__main__":
    main()
