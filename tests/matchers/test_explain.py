from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from matchers.explain import as_chart, as_text, waterfall
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


def test_the_chart_has_a_bar_a_step_and_no_markup_of_strangers() -> None:
    import xml.etree.ElementTree as ET

    left, right = "<script>Norvel</script> & Tide", "Norvel Tide Ltd"
    steps = waterfall(left, right)
    picture = ET.fromstring(as_chart(left, right, steps))
    bars = [e for e in picture if e.tag.endswith("rect") and e.get("height") == "14"]
    assert len(bars) == len(steps) > 2 and all(float(b.get("x", "-1")) >= 0 for b in bars)
    assert not [e for e in picture.iter() if e.tag.endswith("script")]
    assert "nothing to compare" in as_chart("N/A", right, waterfall("N/A", right))


def test_the_verb_tells_steps_and_draws(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from cli.verbs.match import command

    chart = tmp_path / "why.svg"
    told = CliRunner().invoke(
        command, ["explain", "Norvel Tide", "Norvel Tide Ltd", "--chart", str(chart), "--json"]
    )
    assert told.exit_code == 0 and json.loads(told.output)["steps"][0]["feature"] == "start"
    assert chart.read_text(encoding="utf-8").startswith("<svg")
