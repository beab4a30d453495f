"""The bound never falls below the score: on random pairs of invented and of arbitrary names, and on pairs that nearly match."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.account import Company
from matchers.attributes import compare_attributes
from matchers.bounds import upper_bounds
from matchers.candidates import Candidates
from matchers.columns import NameColumns
from matchers.names import parse, parse_all
from matchers.pairs import PairMatcher
from matchers.rarity import Rarity
from matchers.weighing import Weigher, added, place_of

BRANDS = [
    "velmont",
    "kestrel",
    "van der horst",
    "qinghe",
    "north pier",
    "abc",
    "q3",
    "bel",
    "calderon",
    "the forty four",
]
TRADES = [
    "industries",
    "inds",
    "pharmaceuticals",
    "pharm",
    "holdings",
    "intl",
    "international",
    "of china",
    "bank",
    "2",
]
FORMS = ["inc", "ltd", "limited", "gmbh", "s.p.a.", "", "co., ltd.", "corp"]
PLACES = ["", "杭州", "浙江", "深圳市", "上海", "浙", "粤"]
HAN = ["青禾塔", "蓝鲸海", "红枫", "禾", "青禾", "中国锦帆", "安邦ABC"]
HAN_TRADES = ["科技", "网络科技", "股份", "集团", "物流", "", "银行", "新材料"]
HAN_FORMS = ["有限公司", "股份有限公司", "", "有限公司上海分公司", "-U", "（集团）有限公司"]


def invented(rng: random.Random) -> str:
    if rng.random() < 0.5:
        words = [
            rng.choice(BRANDS),
            rng.choice(TRADES),
            rng.choice(["", rng.choice(TRADES)]),
            rng.choice(FORMS),
        ]
        name = " ".join(w for w in words if w)
    else:
        name = rng.choice(PLACES) + rng.choice(HAN) + rng.choice(HAN_TRADES) + rng.choice(HAN_FORMS)
    if rng.random() < 0.5 and len(name) > 3:
        at = rng.randrange(len(name))
        name = name[:at] + rng.choice(["", rng.choice("aeio青"), " "]) + name[at + 1 :]
    return name


def assert_bounded(raws: list[str], left: list[int], right: list[int]) -> None:
    names = parse_all(raws)
    matcher = PairMatcher(names)
    blocks = {route: matcher.block(route) for route in ("latin", "han")}
    a, b = np.array(left), np.array(right)
    bounds = upper_bounds(NameColumns.of(names, matcher.rarity), blocks, a, b)
    scores = matcher.scores([(names[i], names[j]) for i, j in zip(left, right, strict=True)])
    nothing = np.array([not names[i].script or not names[j].script for i, j in zip(left, right, strict=True)])
    assert (scores <= bounds + 1e-9)[~nothing].all()
    assert np.isneginf(bounds[nothing]).all()


@pytest.mark.parametrize("seed", range(4))
def test_on_invented_names(seed: int) -> None:
    rng = random.Random(seed)
    raws = [invented(rng) for _ in range(1500)]
    near = sorted(range(len(raws)), key=lambda n: raws[n])
    left = [rng.randrange(1500) for _ in range(2500)] + near[:-1]
    right = [rng.randrange(1500) for _ in range(2500)] + near[1:]
    assert_bounded(raws, left, right)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(alphabet="ab cde.&-12'有限公司青禾塔深圳", max_size=14), min_size=2, max_size=12))
def test_on_arbitrary_names(raws: list[str]) -> None:
    places = range(len(raws))
    assert_bounded(raws, [i for i in places for _ in places], [j for _ in places for j in places])


def test_the_bound_tells_something() -> None:
    names = parse_all(["Velmont Industries Inc", "Calderon Hotels Ltd", "Velmont Inds"])
    matcher = PairMatcher(names)
    blocks = {route: matcher.block(route) for route in ("latin", "han")}
    found = upper_bounds(NameColumns.of(names, matcher.rarity), blocks, np.array([0, 0]), np.array([1, 2]))
    assert found[0] < -1.5 < found[1]


def test_weighing_a_table_equals_weighing_its_pairs() -> None:
    rng = random.Random(9)
    companies = [
        Company(
            id=str(n),
            names=(invented(rng),),
            address={
                "city": rng.choice(["Harborview", "深圳", "Shenzhen", "Suzhou"]),
                "country": rng.choice(["CN", "US"]),
            },
            websites=rng.choice([(), ("velmont.example",), ("kestrel.example",)]),
            phones=rng.choice([(), ("+1 212 555 0101",)]),
            identifiers=rng.choice([{}, {"lei": "x1"}, {"lei": "x2"}]),
        )
        for n in range(200)
    ]
    names = parse_all([c.names[0] for c in companies])
    matcher = PairMatcher(names)
    weigher = Weigher(companies, NameColumns.of(names, matcher.rarity), matcher, np.zeros(200, np.int64))
    left, right = (
        np.array([rng.randrange(200) for _ in range(400)]),
        np.array([rng.randrange(200) for _ in range(400)]),
    )
    pairs = Candidates(left, right, np.ones(400, np.uint32))
    said = weigher.names(pairs)
    whole = weigher.together(pairs, said)
    for at, (i, j) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        alone = PairMatcher(names).scores([(parse(companies[i].names[0]), parse(companies[j].names[0]))])[0]
        more = sum(e.weight for e in compare_attributes(companies[i], companies[j]))
        assert abs(said[at] - alone) < 1e-9
        assert (
            abs(added(companies[i], companies[j], place_of(companies[i]), place_of(companies[j])) - more)
            < 1e-9
        )
        assert abs(whole[at] - alone - (0.0 if more > 0 and alone < -1.5 else more)) < 1e-9


def test_rarities_of_columns_are_those_of_words() -> None:
    rarity = Rarity.of(parse_all(["Velmont Foods", "Velmont Steel", "青禾塔科技"]))
    from matchers.rarity import term_ids

    terms = ["velmont", "foods", "unheard", "青", "青禾", "3m", "x"]
    assert np.allclose(rarity.of_ids(term_ids(terms)), [rarity(t) for t in terms], atol=1e-12)
