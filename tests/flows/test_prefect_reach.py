"""A server of Prefect's that is away for a while, and one that says no."""

from __future__ import annotations

import httpx
import pytest

from accounts.errors import ServerAway

pytestmark = pytest.mark.prefect


def error(status: int) -> httpx.HTTPStatusError:
    request = httpx.Request("GET", "http://server.example/api")
    return httpx.HTTPStatusError("said no", request=request, response=httpx.Response(status, request=request))


@pytest.mark.parametrize(
    "met", [error(500), error(503), httpx.ConnectError("refused"), ConnectionResetError()]
)
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


@pytest.mark.parametrize("met", [error(404), error(401), error(422), ValueError("a fault of ours")])
def test_who_says_no_is_not_asked_again(met: Exception) -> None:
    from flows.prefect_reach import answered

    def question() -> None:
        raise met

    with pytest.raises(type(met)):
        answered(question, 60.0)
