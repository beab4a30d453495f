"""Settings Prefect must have before it is imported: no analytics, no chatter. Imports nothing of Prefect's.

What the environment already says is left as it is.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping

QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_CLIENT_RETRY_EXTRA_CODES": "500",  # what the server says while its database is away
}


def settle_prefect(environment: MutableMapping[str, str] | None = None) -> None:
    """Puts the quiet settings into the environment where nothing is set."""
    environment = os.environ if environment is None else environment
    for name, value in QUIET.items():
        environment.setdefault(name, value)
