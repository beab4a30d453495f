"""The demo world behind a proxy on this machine, and the environment and settings to read it with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from demo.proxy import open_proxy
from demo.world import World

#: Nothing waits for manners: the hosts are all ours.
WEB: dict[str, Any] = {
    "use_proxies": True, "requests_per_second": 200.0, "connections_per_host": 8, "retries": 0,
    "contact": "rev@evergreen.example", "allow_private": True,
}  # fmt: skip
NO_NAMES = {"sources.dns": {"enabled": False}}


@contextmanager
def served(world: World, folder: Path, address: str = "127.0.0.1", seconds: float = 0.0) -> Iterator[int]:
    """Serves the world; gives the port."""
    server = open_proxy(world, folder, address, seconds)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def way_to(host: str, port: int, folder: Path) -> dict[str, str]:
    """The environment in which the world is read by the proxy."""
    proxy = f"http://{host}:{port}"
    return {
        "HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "http_proxy": proxy, "https_proxy": proxy, "NO_PROXY": "", "no_proxy": "",
        "REQUESTS_CA_BUNDLE": str(folder / "ca.pem"),
    }  # fmt: skip
