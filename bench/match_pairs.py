"""Name pairs a second, by route, on invented names: processor time after loading.

python bench/match_pairs.py [PAIRS]
"""

from __future__ import annotations

import sys
import time

from match_scale import make

from matchers.names import parse_all
from matchers.pairs import PairMatcher


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    rows = make(size * 2)
    english = [row[1] for row in rows if row[1].isascii()][:size]
    chinese = [row[1] for row in rows if not row[1].isascii()][:size]
    PairMatcher().answers([(parse_all([english[0]])[0], parse_all([chinese[0]])[0])])
    for route, left, right in (
        ("latin", english, english[1:]),
        ("han", chinese, chinese[1:]),
        ("cross", english, chinese[1:]),
    ):
        begin = time.process_time()
        pairs = list(zip(parse_all(left), parse_all(right), strict=False))
        PairMatcher([name for pair in pairs for name in pair]).answers(pairs)
        print(f"{route}: {len(pairs) / (time.process_time() - begin):.0f} pairs a second")


if __name__ == "__main__":
    main()
