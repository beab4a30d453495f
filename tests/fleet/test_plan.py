"""A plan tells a reading machine all that the night itself would go by."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accounts.account import Account, Actor, FieldHistory
from accounts.change import ReviewAction, ReviewDecision
from accounts.errors import WarehouseError
from accounts.golden import Freshness
from accounts.run import FieldNeed, WorkItem
from flows.enriching import Task
from flows.fleet_plan import Said, ShardPlan, feedback_of, read_plan, said_of, write_plan
from intelligence.standing import FEEDBACK, Feedback
from warehouse.standing import Decided

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SAID = [
    ReviewDecision("1", ReviewAction.ACCEPT, "jo", NOW, "A", "", "site:a.example", extras={"kind": "link"}),
    ReviewDecision("2", ReviewAction.REJECT, "jo", NOW, "A", "", "gleif:5", extras={"kind": "link"}),
    ReviewDecision("3", ReviewAction.REJECT, "jo", NOW, "Z", "", "site:z.example", extras={"kind": "link"}),
    ReviewDecision(
        "4", ReviewAction.ACCEPT, "jo", NOW, "A", "aliases", "山岚", extras={"kind": "alias", "what": "other", "text": "山岚"}
    ),
    ReviewDecision(
        "5", ReviewAction.ACCEPT, "jo", NOW, "A", FEEDBACK, "",
        extras={
            "kind": "feedback", "what": "wrong-company", "event_class": "funding", "titles": "Larkmoor raises",
            "urls": "https://x.example/1", "records": "news n1",
        },
    ),
]  # fmt: skip


def account() -> Account:
    history = {"": FieldHistory(NOW, "jo", Actor.PERSON)}
    return Account("A", {"name": "Larkmoor 山"}, NOW, "jo", history, version='W/"1"')


def test_a_plan_comes_back_as_it_went(tmp_path: Path) -> None:
    task = Task(
        account(), WorkItem("A", (FieldNeed("phone", Freshness.MISSING, "blank", ("site",)),), 1.5, 0.2)
    )
    ids, decided, feedback = frozenset({"A"}), Decided(SAID), Feedback.of(SAID)
    plan = ShardPlan(
        3, (task,), frozenset({"x"}), frozenset({"y"}), {"A": [{"kind": "legal", "text": "L", "confidence": 0.9}]},
        alone=frozenset({"a.example"}), share=0.25, **said_of(decided, ids), **feedback_of(feedback, ids),
    )  # fmt: skip
    write_plan(tmp_path / "plan.json.gz", plan)
    back = read_plan(tmp_path / "plan.json.gz", ShardPlan)
    assert back == plan
    said = Said.of(back)
    for source, record in (("site", "a.example"), ("gleif", "5"), ("site", "unknown")):
        assert said.judged("A", source, record) is decided.judged("A", source, record)
    assert tuple(said.aliases("A")) == tuple(decided.aliases("A")) == ("山岚",)
    assert b"z.example" not in gzip.decompress((tmp_path / "plan.json.gz").read_bytes())
    assert said.judged("Z", "site", "z.example") is None
    told = back.feedback()
    assert told.keeps_away("A", "news", "n1", "") and told.keeps_away("A", "", "", "https://x.example/1")
    assert told.told_wrongly("A", "funding", "Larkmoor raises") == feedback.told_wrongly(
        "A", "funding", "Larkmoor raises"
    )


def test_a_damaged_plan_is_told(tmp_path: Path) -> None:
    (tmp_path / "plan.json.gz").write_bytes(b"half")
    with pytest.raises(WarehouseError, match="cannot be read"):
        read_plan(tmp_path / "plan.json.gz", ShardPlan)
