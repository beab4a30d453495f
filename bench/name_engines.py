"""Similarity of pairs of names by another engine, run with the interpreter of the peers' environment.

    PYTHON bench/name_engines.py ENGINE PAIRS.csv

PAIRS has the columns left and right. Prints `{"cpu": seconds, "scores": [...]}`. Nothing of ours is imported here.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

Score = Callable[[str, str], float]


def cleanco(scorer: str) -> Score:
    """The name without its legal form (cleanco), compared by one of rapidfuzz's scorers."""
    from cleanco import basename  # noqa: PLC0415
    from rapidfuzz import fuzz, utils  # noqa: PLC0415

    compare = getattr(fuzz, scorer)
    return lambda left, right: compare(basename(left), basename(right), processor=utils.default_process)


def rigour() -> Score:
    """The name without its organisation type (rigour), compared by Levenshtein's distance."""
    from rapidfuzz.distance import Levenshtein  # noqa: PLC0415
    from rigour.names import remove_org_types  # noqa: PLC0415

    def bare(name: str) -> str:
        return remove_org_types(name.lower()).strip() or name.lower()

    return lambda left, right: Levenshtein.normalized_similarity(bare(left), bare(right))


def nomenklatura(matcher: str) -> Score:
    """One of nomenklatura's matchers over two companies that have a name only."""
    from followthemoney import model  # noqa: PLC0415
    from nomenklatura.matching import get_algorithm  # noqa: PLC0415

    algorithm = get_algorithm(matcher)
    config, numbers = algorithm.default_config(), count()

    def entity(name: str) -> object:
        made = model.make_entity("Company")
        made.id = str(next(numbers))  # it keeps what it has read of an entity by its id
        made.add("name", name)
        return made

    return lambda left, right: algorithm.compare(entity(left), entity(right), config).score


ENGINES: dict[str, Callable[[], Score]] = {
    "cleanco + WRatio": lambda: cleanco("WRatio"),
    "cleanco + token_sort": lambda: cleanco("token_sort_ratio"),
    "rigour + Levenshtein": rigour,
    "nomenklatura logic-v2": lambda: nomenklatura("logic-v2"),
    "nomenklatura name-based": lambda: nomenklatura("name-based"),
}


def main() -> None:
    score = ENGINES[sys.argv[1]]()
    with Path(sys.argv[2]).open(newline="", encoding="utf-8") as file:
        pairs = [(row["left"], row["right"]) for row in csv.DictReader(file)]
    began = time.process_time()
    scores = [float(score(*pair)) for pair in pairs]
    print(json.dumps({"cpu": time.process_time() - began, "scores": scores}))


if __name__ == "__main__":
    main()
