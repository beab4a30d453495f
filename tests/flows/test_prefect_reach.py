"""A server of Prefect's that is away for a while, and one that says no."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx
import pytest

from accounts.config import FleetConfig
from accounts.errors import ServerAway
from flows.fleet_worker import Attempt

pytestmark = pytest.mark.prefect


def error(status: int) -> httpx.HTTPStatusError:
    request = httpx.Request("GET", "http://server.example/api")
    return httpx.HTTPStatusError("said no", request=request, response=httpx.Response(status, request=request))


PREFECTS = RuntimeError("Failed to reach API at http://server.example/api")
NOT_OURS = PermissionError(13, "Permission denied", "runs/1/report.json")


@pytest.mark.parametrize(
    "met",
    [*map(error, (500, 503, 408, 425, 429)), httpx.ConnectError("refused"), ConnectionResetError(), TimeoutError(), PREFECTS],
)  # fmt: skip
def test_who_is_away_is_asked_again(met: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows import prefect_reach

    monkeypatch.setattr(prefect_reach, "_PAUSE", 0.0)
    left = [met, met]

    def question() -> str:
        if left:
            raise left.pop()
        return "here"

    assert prefect_reach.answered(question, 60.0) == "here"
    left[:] = [met]
    with pytest.raises(ServerAway, match="does not answer") as told:
        prefect_reach.answered(question, 0.0)
    assert told.value.exit_code == 3


@pytest.mark.parametrize(
    "met",
    [*map(error, (404, 401, 422)), ValueError("Failed to reach API"), NOT_OURS, FileNotFoundError(), BrokenPipeError()],
)  # fmt: skip
def test_who_says_no_is_not_asked_again(met: Exception) -> None:
    from flows.prefect_reach import answered

    def question() -> None:
        raise met

    with pytest.raises(type(met)):
        answered(question, 60.0)


@pytest.mark.parametrize("status", [408, 425, 429, 503])
def test_a_shard_whose_server_wants_to_be_asked_later_is_started_and_waited_for(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import prefect_fleet, prefect_reach

    asked: list[str] = []

    def at_the_second(question: str, answer: Any) -> Callable[..., Any]:
        def ask(*_: object, **__: object) -> Any:
            asked.append(question)
            if asked.count(question) == 1:
                raise error(status)
            return answer

        return ask

    done = SimpleNamespace(is_completed=lambda: True)
    client = SimpleNamespace(
        read_deployment_by_name=at_the_second("deployment", SimpleNamespace(id=UUID(int=1))),
        create_flow_run_from_deployment=at_the_second("start", SimpleNamespace(id=UUID(int=2))),
        read_flow_run=at_the_second("state", SimpleNamespace(state=done)),
    )
    monkeypatch.setattr(prefect_fleet, "get_client", lambda **_: client)
    monkeypatch.setattr(prefect_fleet, "_BETWEEN_LOOKS", 0.0)
    monkeypatch.setattr(prefect_reach, "_PAUSE", 0.0)
    prefect_fleet.PrefectHands(FleetConfig(), "shards").do(Attempt("r1", 0, 1))
    assert asked == ["deployment", "deployment", "start", "deployment", "start", "state", "state"]


def flow_told_by(met: Exception | None) -> Callable[..., Any]:
    """Stands in for Prefect's `flow`: does the work, then tells a server that answers, or does not."""

    def telling(work: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            try:
                work()
            finally:
                if met is not None:
                    raise met

        return run

    return lambda **_: telling


@pytest.mark.parametrize("met", [None, error(503), httpx.ConnectError("refused"), PREFECTS])
def test_a_fault_of_the_work_comes_through_as_what_it_is(
    met: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import prefect_run

    def work() -> Any:
        raise NOT_OURS

    monkeypatch.setattr(prefect_run, "flow", flow_told_by(met))
    with pytest.raises(PermissionError) as told:
        prefect_run.run_as_flow("night", work)
    assert told.value is NOT_OURS


def test_a_server_that_is_away_within_the_work_is_told_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    from flows import prefect_run

    def work() -> Any:
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(prefect_run, "flow", flow_told_by(None))
    with pytest.raises(ServerAway):
        prefect_run.run_as_flow("night", work)
