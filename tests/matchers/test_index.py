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


def test_a_name_added_later_is_found_at_once() -> None:
    index = NameIndex([("1", "Velmont, Inc."), ("2", "Kestrel Foods Ltd")])
    index.add("3", "Velmont Hotels Corp")
    assert [found[0] for found in index.search("Velmont Hotels")][:2] == ["3", "1"]
    assert len(index) == 3


def test_two_common_words_find_the_name_that_has_both() -> None:
    rows = [(f"f{n}", f"{chr(97 + n % 26)}{n} Foods") for n in range(3000)]
    rows += [(f"u{n}", f"United {chr(97 + n % 26)}{n}x") for n in range(3000)]
    index = NameIndex([*rows, ("both", "United Foods")])
    assert index.search("United Foods Inc")[0][0] == "both"
