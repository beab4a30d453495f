"""What a script does that writes a record at a time with a vendor's client: calls, and people's edits lost.

Not a measurement by itself: `bench.crm_calls` sets ours beside it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce

from demo.simulate.salesforce import SalesforceSimulator

NAME = "simple-salesforce, a record a call"


class _Plain(HTTPAdapter):
    """simple-salesforce speaks https only; the simulator listens on plain http."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, *args, **kwargs)


def naive(simulated: SalesforceSimulator, values: dict[str, dict[str, str]]) -> int:
    """Updates each record with its own call; gives the number of calls."""
    session = requests.Session()
    session.trust_env = False
    host = urlsplit(simulated.url).netloc
    session.mount(f"https://{host}", _Plain())
    simulated.tokens.good.add("token")
    client = Salesforce(session_id="token", instance_url=f"https://{host}", session=session, version="66.0")
    before = simulated.made
    for record, fields in values.items():
        client.Account.update(record, fields)
    return int(simulated.made - before)
