"""How many headlines a second the event classifier reads on one core, loading counted apart.

python bench/events_speed.py [--texts 5000]
"""

from __future__ import annotations

import argparse
import random
import time

from intelligence.events.classify import classify

PIECES = {
    "en": ["Contoso", "to acquire", "Fabrikam", "raises $20 million", "Series B", "opens new plant in Ohio", "appoints", "chief financial officer",
           "quarterly results", "lays off", "120 employees", "partners with", "Litware", "launches", "new platform", "shares", "after", "conference"],
    "zh": ["康拓股份", "拟收购", "法布工具", "完成数千万元", "A轮融资", "新建工厂", "任命", "首席财务官", "净利润同比增长", "裁员", "两百人", "与", "利特软件", "签署合作协议",
           "发布", "新款手机", "公告", "，", "大会", "中标项目"],
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=5000)
    texts = parser.parse_args().texts
    draw = random.Random(7)
    for lang, pieces in PIECES.items():
        joint = " " if lang == "en" else ""
        batch = [joint.join(draw.choices(pieces, k=draw.randint(5, 14))) for _ in range(texts)]
        begin = time.perf_counter()
        classify(batch[0])
        loaded = time.perf_counter() - begin
        begin, used = time.perf_counter(), time.process_time()
        told = sum(len(classify(text).events) for text in batch)
        wall, cpu = time.perf_counter() - begin, time.process_time() - used
        print(
            f"{lang}: loading {loaded:.2f} s; {texts / wall:.0f} texts/s of wall time, {texts / cpu:.0f} of processor time; {told} events"
        )


if __name__ == "__main__":
    main()
