"""One engine deduplicates invented rows in this process and tells how fast, how right and how large it was.

    PYTHON bench/match_engines.py ENGINE ROWS

The peers run with the interpreter of their own environment; nothing of ours is imported there. A peer may give several
answers, one a threshold: its time is that of the first, its quality that of the best, picked on the truth in its favour.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator, Sequence

if __package__:
    from bench.match_rows import f1, make
else:
    from match_rows import f1, make  # type: ignore[no-redef]

Rows = Sequence[tuple[str, str, str, int]]


def ours(rows: Rows) -> Iterator[list[object]]:
    """This project, as `match dedupe` does it."""
    from accounts.account import Company  # noqa: PLC0415
    from matchers.clusters import dedupe  # noqa: PLC0415
    from matchers.workers import without_collector  # noqa: PLC0415

    with without_collector():  # as the command reads a table
        companies = [
            Company(id=row[0], names=(row[1],), address={"city": row[2]} if row[2] else {}) for row in rows
        ]
    yield [cluster for cluster, _ in dedupe(companies)]


def splink(rows: Rows) -> Iterator[list[object]]:
    """Splink on DuckDB: EM without labels, the two blocking rules of both peers, clusters at several odds."""
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
    api = DuckDBAPI()
    linker = Linker(api.register(frame) if hasattr(api, "register") else frame, settings)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("substr(name,1,6)"))
    edges = linker.inference.predict(threshold_match_probability=0.001)
    for odds in (0.5, 0.001, 0.01, 0.1, 0.9, 0.99, 0.999, 0.9999, 0.99999):
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(edges, odds)
        table = clusters.as_pandas_dataframe()
        by_id = dict(zip(table["unique_id"], table["cluster_id"], strict=True))
        yield [by_id.get(row[0], row[0]) for row in rows]


def goldenmatch(rows: Rows) -> Iterator[list[object]]:
    """Goldenmatch configured by hand: the same two blocking keys, Jaro–Winkler of the name from several thresholds."""
    import goldenmatch as gm  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415
    from goldenmatch.config import schemas  # noqa: PLC0415

    table = pa.table(
        {
            "id": [r[0] for r in rows], "name": [r[1] for r in rows], "city": [r[2] for r in rows],
            "head": [r[1][:6] for r in rows], "tail": [r[1][-8:] + "|" + r[2] for r in rows],
        }
    )  # fmt: skip
    keys = [schemas.BlockingKeyConfig(fields=[name]) for name in ("head", "tail")]
    name = schemas.MatchkeyField(field="name", scorer="jaro_winkler", weight=1.0, transforms=["lowercase"])
    for least in (0.95, 0.9, 0.97):
        config = schemas.GoldenMatchConfig(
            matchkeys=[schemas.MatchkeyConfig(name="name", type="weighted", threshold=least, fields=[name])],
            blocking=schemas.BlockingConfig(strategy="multi_pass", keys=keys, passes=keys),
        )
        found = gm.dedupe_df(table, config=config)
        answer: list[object] = [("alone", at) for at in range(len(rows))]
        for cluster, told in found.clusters.items():
            for member in told["members"]:
                answer[member] = cluster
        yield answer


ENGINES = {"ours": ours, "splink": splink, "goldenmatch": goldenmatch}


def used() -> float:
    """Processor seconds of this process and those it has waited for."""
    here, copies = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return here.ru_utime + here.ru_stime + copies.ru_utime + copies.ru_stime


def main() -> None:
    engine, size = sys.argv[1], int(sys.argv[2])
    rows = make(size)
    begin, spent = time.perf_counter(), used()
    answers = ENGINES[engine](rows)
    first = next(answers)
    seconds, spent = time.perf_counter() - begin, used() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    more = answers if size <= 100_000 else ()
    precision, recall, score = max((f1(rows, found) for found in (first, *more)), key=lambda told: told[2])
    print(
        json.dumps({
            "engine": engine, "rows": size, "seconds": round(seconds, 2), "processor_seconds": round(spent, 2),
            "precision": round(precision, 3), "recall": round(recall, 3), "f1": round(score, 3), "peak_mb": round(peak),
        })
    )  # fmt: skip


if __name__ == "__main__":
    main()
