"""A steward's words: kept, undone, in batches, and never twice."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi.testclient import TestClient

from accounts.change import ReviewAction
from warehouse.decisions import DecisionStore
from warehouse.standing import Decided


def token(client: TestClient, path: str = "/review") -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def waiting(client: TestClient) -> list[str]:
    return [q["id"] for q in client.get("/api/v1/review?limit=1000").json()["items"]]


def say(client: TestClient, item: str, action: str, **more: str) -> str:
    given = {"csrf": token(client), "action": action, **more}
    answer = client.post(f"/review/{item}", data=given, headers={"hx-request": "true"})
    assert answer.status_code == 200
    return answer.text


def test_the_queue_is_ranked_by_value_and_uncertainty(client: TestClient) -> None:
    stakes = [q["stake"] for q in client.get("/api/v1/review").json()["items"]]
    assert stakes == sorted(stakes, reverse=True) and len(stakes) == 12


def test_an_answer_brings_the_next_question_at_once(client: TestClient, folder: Path) -> None:
    first, second, *_ = waiting(client)
    html = say(client, first, "accept", note="called them")
    assert f'action="/review/{second}"' in html and "<html" not in html
    (kept,) = DecisionStore(folder / ".evergreen").all()
    assert (kept.item_id, kept.action, kept.note) == (first, ReviewAction.ACCEPT, "called them")
    assert kept.extras["via"] == "console" and kept.by
    assert first not in waiting(client)


def test_each_key_means_what_it_says(client: TestClient, folder: Path) -> None:
    a, b, c, d, e, *_ = waiting(client)
    for item, action in ((a, "accept"), (b, "reject"), (c, "keep"), (d, "lock"), (e, "unsure")):
        say(client, item, action)
    store = DecisionStore(folder / ".evergreen")
    assert [x.action.value for x in store.history()] == ["accept", "reject", "keep", "lock", "unsure"]
    decided = Decided(store.all())
    assert decided.settled_items == {a, b, c, d}
    assert waiting(client)[-1] == e, "what nobody is sure about comes last, and stays open"


def test_a_word_can_be_taken_back(client: TestClient, folder: Path) -> None:
    first, second, *_ = waiting(client)
    say(client, first, "accept")
    say(client, second, "lock")
    answer = client.post("/review/undo", data={"csrf": token(client)}, headers={"hx-request": "true"})
    assert f'action="/review/{second}"' in answer.text
    assert waiting(client)[0] == second and first not in waiting(client)
    assert not Decided(DecisionStore(folder / ".evergreen").all()).said("A00", "phone").locked
    client.post("/decisions/withdraw", data={"csrf": token(client), "item": first})
    assert len(waiting(client)) == 12
    store = DecisionStore(folder / ".evergreen")
    assert store.all() == [] and len(store.history()) == 4, "the record of who said what stays"


def test_what_a_run_has_carried_out_is_not_taken_back(client: TestClient, folder: Path) -> None:
    first = waiting(client)[0]
    say(client, first, "accept")
    DecisionStore(folder / ".evergreen").carried_out(first, "20261122T020000-0002")
    assert client.post("/decisions/withdraw", data={"csrf": token(client), "item": first}).status_code == 404
    assert len(DecisionStore(folder / ".evergreen").all()) == 1


def test_a_rule_accepts_what_was_shown_and_comes_back_whole(client: TestClient, folder: Path) -> None:
    rule = {"code": "person_edited", "confidence": "0.8"}
    html = client.get("/rules", params=rule).text
    shown = re.findall(r'name="item" value="([0-9a-f]+)"', html)
    assert len(shown) == 12 and "12 questions fit" in html
    given = {"csrf": token(client), **rule, "item": shown[:10]}
    page = client.post("/rules", data=given)
    assert page.status_code == 200 and len(waiting(client)) == 2
    batch = re.search(r'name="batch" value="([0-9a-f]+)"', page.text)
    assert batch is not None
    client.post("/decisions/withdraw", data={"csrf": token(client), "batch": batch[1]})
    assert len(waiting(client)) == 12
    assert client.get("/rules?confidence=0.95").text.count('name="item"') == 0


def test_fields_and_accounts_are_locked_and_unlocked(client: TestClient, folder: Path) -> None:
    for field, action in (("city", "lock"), ("*", "lock"), ("city", "unlock")):
        client.post(
            "/accounts/A02/lock",
            data={"csrf": token(client), "field": field, "action": action, "note": "ours"},
        )
    decided = Decided(DecisionStore(folder / ".evergreen").all())
    assert decided.said("A02", "phone").locked, "the whole account is"
    html = client.get("/accounts/A02").text
    assert "locked by" in html and "ours" in html
    answer = client.post(
        "/accounts/A02/lock", data={"csrf": token(client), "field": "no_such", "action": "lock"}
    )
    assert answer.status_code == 400 and "no_such" in answer.text


def test_feedback_on_a_story_is_kept_for_the_next_run(client: TestClient, folder: Path) -> None:
    given = {"csrf": token(client), "story": "storyA00", "what": "wrong-company"}
    assert client.post("/accounts/A00/feedback", data=given).status_code == 200
    (kept,) = DecisionStore(folder / ".evergreen").all()
    assert kept.extras["what"] == "wrong-company" and kept.account_id == "A00"
    assert "Wrong company" in client.get("/accounts/A00").text
    assert client.post("/accounts/A02/feedback", data=given).status_code == 404


def test_pairs_are_judged_and_a_judgement_taken_back(client: TestClient, folder: Path) -> None:
    shown = client.get("/duplicates").text
    assert (
        "same phone +1 713-555-0000" in shown
        and "Tarn Capital Fund II" in shown
        and 'class="grade A"' in shown
    )
    csrf = token(client, "/duplicates")

    def judge(one: str, other: str, verdict: str) -> int:
        given = {"csrf": csrf, "one": one, "other": other, "verdict": verdict}
        return client.post("/duplicates/judge", data=given, follow_redirects=False).status_code

    assert judge("A00", "A05", "same") == 303 and judge("A00", "A06", "different") == 303
    after = client.get("/duplicates").text
    assert "same phone +1 713-555-0000" not in after and "Said to be the same" in after
    assert judge("A05", "A06", "same") >= 400, "it contradicts the two before"
    assert judge("A00", "nobody", "same") == judge("A00", "A01", "perhaps") == 404
    assert "Same: Dunmore Freight" in client.get("/decisions").text
    store = DecisionStore(folder / ".evergreen")
    [same] = [d for d in store.all() if d.extras["what"] == "same"]
    client.post("/decisions/withdraw", data={"csrf": csrf, "item": same.item_id})
    assert "same phone +1 713-555-0000" in client.get("/duplicates").text


def test_names_are_given_and_taken_back(client: TestClient, folder: Path) -> None:
    assert "Alder Kilns Ltd" in client.get("/accounts/A00").text
    given = {
        "csrf": token(client, "/accounts/A00"),
        "name": "<b>青杨</b>",
        "what": "former",
        "until": "2024-05-01",
    }
    assert client.post("/accounts/A00/name", data=given, follow_redirects=False).status_code == 303
    shown = client.get("/accounts/A00").text
    assert "&lt;b&gt;青杨&lt;/b&gt;" in shown and "until 2024-05-01" in shown
    for bad in ({"what": "perhaps"}, {"until": "soon"}, {"name": "N/A"}):
        assert client.post("/accounts/A00/name", data=given | bad).status_code >= 400
    [word] = DecisionStore(folder / ".evergreen").all()
    client.post("/decisions/withdraw", data={"csrf": given["csrf"], "item": word.item_id})
    assert "青杨" not in client.get("/accounts/A00").text
