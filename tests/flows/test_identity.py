"""What stewards say of who is who is kept, heeded, explained and taken back; clusters keep their ids through it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from accounts.account import Company
from accounts.link import Candidate, LinkDecision
from accounts.protocols import NoJudgements
from flows.knowing import Memory
from flows.proposed import grouped
from flows.proposing import propose_merges
from matchers import link_account
from tests.flows.night import Night
from warehouse.standing import Decided

TWINS = {"T1": "D01", "T2": "D02", "T3": "D02"}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A folder after one night, in which some accounts stand twice."""
    made = Night(tmp_path_factory.mktemp("twins"))
    with made.file.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = {row["id"]: row for row in rows}
    rows += [{**known[one], "id": twin} for twin, one in TWINS.items()]
    with made.file.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    made.nightly()
    return made


def _proposed(night: Night) -> set[str]:
    return {m["account_id"] for g in night.json("duplicates")["items"] for m in g["members"]} | {
        g["keep"] for g in night.json("duplicates")["items"]
    }


def _clusters(night: Night) -> dict[str, set[str]]:
    return {
        c["id"]: {a["account_id"] for a in c["accounts"]} for c in night.json("match", "clusters")["items"]
    }


def test_judgements_of_pairs_run_their_course(night: Night) -> None:
    assert {"D01", "T1", "D02", "T2", "T3"} <= _proposed(night)
    before = _clusters(night)
    same = night.json("duplicates", "judge", "D01", "T1", "same", "--by", "ana", "--note", "one shop")
    assert (same["what"], same["by"], same["note"]) == ("same", "ana", "one shop")
    assert not {"D01", "T1"} & _proposed(night)
    [waiting] = night.json("duplicates")["to_merge"]
    assert (waiting["account_id"], waiting["other_id"]) == ("D01", "T1")

    night.json("duplicates", "judge", "D02", "T2", "different", "--by", "ana")
    night.json("duplicates", "judge", "T2", "T3", "same", "--by", "ana")
    refused = night.run("duplicates", "judge", "D02", "T3", "same")
    assert refused.exit_code == 2 and "cannot be same" in str(refused.exception)
    night.nightly(as_of="2026-11-23")
    after = _clusters(night)
    assert [i for i, m in after.items() if "T1" in m] == [i for i, m in before.items() if "T1" in m], (
        "ids stay"
    )
    assert next(m for m in after.values() if "T2" in m) == {"T2", "T3"}
    assert not {"D02", "T2", "T3", "D01"} & _proposed(night)

    history = night.json("match", "clusters", "--history", "T2")["items"]
    kinds = [e["kind"] for e in history]
    assert kinds[0] == "start" and {"different", "split"} <= {*kinds}
    [judged] = [e for e in history if e["kind"] == "different"]
    night.json("match", "clusters", "--undo", str(judged["seq"]), "--by", "bo")
    assert {w["what"] for w in night.json("duplicates", "said")["items"]} == {"same"}, "the word goes with it"
    night.nightly(as_of="2026-11-24")
    assert any({"D02", "T2", "T3"} <= members for members in _clusters(night).values())
    [kept] = [i for i, m in _clusters(night).items() if "D02" in m]
    assert kept in before

    taken = night.json("duplicates", "take-back", same["id"][:8], "--by", "bo")
    assert taken["what"] == "same" and night.json("duplicates")["to_merge"][0]["account_id"] != "D01"
    again = night.run("duplicates", "take-back", same["id"])
    assert again.exit_code == 2 and "No words begin" in str(again.exception)


def test_the_first_grouping_and_unknown_events_are_not_taken_back(night: Night) -> None:
    for words, told in (
        (("--undo", "1"), "first grouping"),
        (("--undo", "9999"), "cannot be taken back"),
        (("--history", "nobody"), "called 'nobody'"),
    ):
        assert told in str(night.run("match", "clusters", *words).exception)


def test_names_are_dated_signed_listed_and_taken_back(night: Night) -> None:
    said = night.json(
        "match",
        "alias",
        "D05",
        "青禾笔",
        "--former",
        "--until",
        "2024-05-01",
        "--by",
        "ana",
        "--note",
        "letterhead",
    )
    assert (said["name"], said["what"], said["until"], said["by"]) == (
        "青禾笔",
        "former",
        "2024-05-01",
        "ana",
    )
    listed = night.run("match", "aliases", "D05").output
    assert "青禾笔" in listed and "letterhead" in listed and "from accepted records" in listed
    assert night.run("match", "alias", "D05", "N/A").exit_code == 2
    assert (
        night.run("match", "alias", "D05", "Q", "--since", "2024-01-02", "--until", "2024-01-01").exit_code
        == 2
    )
    assert night.run("match", "alias", "nobody", "Quill").exit_code == 2
    assert night.json("match", "aliases", "--take-back", said["id"])["name"] == "青禾笔"
    assert night.json("match", "aliases", "D05")["items"] == []


class _Said:
    """Decisions as they lie in the store."""

    def __init__(self, *words: dict[str, Any]) -> None:
        from datetime import UTC, datetime

        from accounts.change import ReviewAction, ReviewDecision

        at = datetime(2026, 11, 22, tzinfo=UTC)
        self.decided = Decided(
            ReviewDecision(
                w["text"], ReviewAction.REJECT if w["what"] == "not" else ReviewAction.ACCEPT, "ana", at, "A", "alias",
                w["text"].lower().replace(" ", ""), extras={"kind": "alias", **w},
            )
            for w in words
        )  # fmt: skip


def _memory(*words: dict[str, Any]) -> Memory:
    from flows.knowing import stewards_rows

    decided = _Said(*words).decided
    return Memory(NoJudgements(), {"A": stewards_rows(decided.named("A"))})


def test_a_given_name_finds_a_record_and_a_denied_one_keeps_it_away() -> None:
    found = Company("r", ("Velmont Kiln Works Ltd",), address={"country": "GB"})
    record = Candidate("list", found, "https://list.test/r")
    account = Company("A", ("Norvel Tide",), address={"country": "GB"})

    def linked(memory: Memory) -> Any:
        return link_account(
            account,
            [record],
            account_id="A",
            source="list",
            judgements=memory.heard_by("list"),
            denied=memory.denied("A"),
        )

    plain, given = linked(_memory()), linked(_memory({"what": "also", "text": "Velmont Kiln Works"}))
    assert plain.probability < 0.4 < given.probability
    denied = linked(_memory({"what": "not", "text": "Velmont Kiln Works"}))
    assert denied.decision is LinkDecision.REJECT and denied.probability == 0.0


def test_texts_know_an_account_by_its_given_names() -> None:
    from accounts.account import Account
    from flows.naming import Naming

    account = Account("A", {"name": "Norvel Tide", "aliases": "NT"})
    known = _memory({"what": "also", "text": "Velmont Kiln Works"}).with_names(account)
    assert known.get("aliases") == "NT; Velmont Kiln Works"
    assert Naming.of(known).find("Velmont Kiln Works raises $5m", "") is not None
    assert _memory({"what": "not", "text": "Velmont"}).with_names(account) is account


def test_a_given_name_proposes_accounts_that_bear_it() -> None:
    rows = [
        Company("1", ("Norvel Tide Ltd",)),
        Company("2", ("Velmont Kiln Works",)),
        Company("3", ("Acorn Ltd",)),
    ]
    [group] = propose_merges(rows, called={"1": ["VELMONT KILN WORKS"], "9": ["Acorn"]})
    assert {group.keep, group.members[0].account_id} == {"1", "2"}
    assert group.members[0].probability >= 0.95 and "a steward gives 1 the name" in group.members[0].reason


def test_judged_members_leave_their_group() -> None:
    shared = {"group_id": "g", "name": "n", "probability": 0.9, "reason": "r"}
    rows = [
        {**shared, "account_id": "a", "other_id": None, "keep": True},
        {**shared, "account_id": "b", "other_id": "a", "keep": False},
    ]
    assert [g["keep"] for g in grouped(rows, Decided([]))] == ["a"]


def test_erasing_an_account_takes_its_judgements_along(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from accounts.change import ReviewAction, ReviewDecision
    from warehouse.decisions import DecisionStore
    from warehouse.erasure import Target
    from warehouse.erasure_files import erase_decisions
    from warehouse.spelling import exact_spelling

    store = DecisionStore(tmp_path)
    for one, other in (("a", "b"), ("c", "d")):
        store.add(
            ReviewDecision(one + other, ReviewAction.ACCEPT, "ana", datetime(2026, 1, 1, tzinfo=UTC), one, "merge", other,
                           extras={"kind": "merge", "what": "same"})
        )  # fmt: skip
    erase_decisions(tmp_path, Target("account", "b", exact_spelling("b")))
    assert [d.account_id for d in store.all()] == ["c"]
