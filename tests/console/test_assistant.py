"""What assistants may ask, and that strangers' words come marked as such."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from mcp import Client

from console.assistant import create_server, marked


def ask(config: Path, tool: str, **given: Any) -> Any:
    async def session() -> Any:
        async with Client(create_server(config)) as client:
            answer = await client.call_tool(tool, given)
            return answer.structured_content or json.loads(answer.content[0].text)

    return asyncio.run(session())


def test_the_tools_only_read(published: Path) -> None:
    async def tools() -> Any:
        async with Client(create_server(published / "evergreen.toml")) as client:
            return (await client.list_tools()).tools

    found = asyncio.run(tools())
    assert {t.name for t in found} == {
        "find_accounts",
        "explain_account",
        "stale_fields",
        "review_queue",
        "overview",
    }
    assert all(t.annotations is not None and t.annotations.read_only_hint for t in found)


def test_an_account_is_explained_with_passages_marked(published: Path) -> None:
    config = published / "evergreen.toml"
    (found,) = ask(config, "find_accounts", words="alder")["items"]
    told = ask(config, "explain_account", account=found["account_id"])
    phone = next(f for f in told["items"] if f["field"] == "phone")
    assert phone["evidence"][0]["passage"] == {"untrusted_web_text": "Call +1 713-555-0100"}
    assert phone["golden_value"] == {"untrusted_web_text": "+1 713-555-0100"}
    assert told["stories"][0]["title"] == {"untrusted_web_text": "Raises 3 million"}
    assert phone["field"] == "phone"


def test_lists_are_bounded_and_in_order(published: Path) -> None:
    config = published / "evergreen.toml"
    queue = ask(config, "review_queue", limit=3)
    assert queue["total"] == 12 and len(queue["items"]) == 3
    stale = ask(config, "stale_fields", status="expired", limit=1000)["items"]
    assert {r["status"] for r in stale} == {"expired"}
    assert ask(config, "overview")["runs"][0]["status"] == "dry"


def test_nested_and_endless_texts_are_marked_and_cut() -> None:
    assert marked({"losers": [{"value": "a", "score": 0.1}]}) == {
        "losers": [{"value": {"untrusted_web_text": "a"}, "score": 0.1}]
    }
    assert len(marked({"passage": "x" * 9999})["passage"]["untrusted_web_text"]) == 1200
