from __future__ import annotations

import time

from matchers import NameIndex


def test_nearest_names_first() -> None:
    index = NameIndex(
        [
            ("1", "Velmont, Inc."),
            ("2", "Velmonte Foods"),
            ("3", "Kestrel Ltd"),
            ("4", "杭州青禾塔网络科技有限公司"),
        ]
    )
    assert [found[0] for found in index.search("velmont inc")][:2] == ["1", "2"]
    assert index.search("Velmont, Inc.")[0][2] == 1.0
    assert index.search("青禾塔")[0][0] == "4"
    assert index.search("Velmnt")[0][0] == "1"


def test_nothing_finds_nothing() -> None:
    index = NameIndex([("1", "Velmont, Inc."), ("2", ""), ("3", "N/A")])
    assert index.search("") == []
    assert index.search("N/A") == []
    assert NameIndex([]).search("Velmont") == []
    assert len(index) == 3


def test_ten_thousand_names_in_a_second_and_a_search_in_milliseconds() -> None:
    rows = [
        (str(n), f"{chr(97 + n % 26)}{n * 7919 % 9973} {('Foods', 'Steel', 'Bank')[n % 3]} Holdings Inc")
        for n in range(10_000)
    ]
    begin = time.process_time()
    index = NameIndex(rows)
    built = time.process_time()
    for n in range(100):
        index.search(rows[n * 37][1])
    assert built - begin < 3
    assert time.process_time() - built < 3
