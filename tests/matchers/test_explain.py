from __future__ import annotations

import math

import pytest

from matchers.explain import as_text, waterfall
from matchers.names import parse
from matchers.pairs import PairMatcher


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Velmont Industries, Inc.", "VELMONT INDS"),
        ("青禾塔", "杭州青禾塔网络科技有限公司"),
        ("Hangzhou Lanjing Software Co., Ltd.", "杭州蓝鲸软件有限公司"),
    ],
)
def test_the_steps_add_up_to_the_probability(left: str, right: str) -> None:
    steps = waterfall(left, right)
    said = PairMatcher().answers([(parse(left), parse(right))])[0].probability
    assert 1 / (1 + math.exp(-steps[-1].total)) == pytest.approx(said, abs=0.01)
    assert left in as_text(left, right, steps)
    assert right in as_text(left, right, steps)


def test_nothing_to_compare() -> None:
    assert waterfall("", "Velmont") == []
    assert "nothing to compare" in as_text("", "Velmont", [])
