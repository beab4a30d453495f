"""The configuration `evergreen init` writes."""

from __future__ import annotations

import json
from pathlib import Path

_TEMPLATE = """\
# Evergreen's configuration. Every setting has a default; what is commented out shows it.
# Secrets never go here: name an environment variable (KEY_env = "…") or a file (KEY_file = "…") instead.

[crm]
kind = {kind}
{path}# key = "id"                    # the column or property that names an account
# add_columns = false           # let the first write add our columns where the file has none
# machine_users = ["import", "api", "integration"]   # whoever else edits is a person, and is respected

# [crm.columns]                 # only where a column has an unusual name: catalogue field = "column"
# phone = "Telefon 1"

[warehouse]
path = ".evergreen"             # what we know: warehouse, stored responses, snapshots, runs
# keep_bodies_days = 180        # pages kept as evidence; their hashes and passages stay

[web]
# contact = "you@example.com"   # sent in the User-Agent; SEC EDGAR refuses requests without it
# requests_per_second = 1.0     # per host
# pages_per_site = 6
# use_proxies = false           # read HTTP(S)_PROXY from the environment

[run]
# budget = 5000                 # accounts looked at in one run; the rest waits its turn
# breaker = 0.25                # stop before writing if more accounts than this would lose a value

# [sources.edgar]
# enabled = true

# [fields.phone]                # any field of the catalogue: policy, ttl_days, hold_days, min_confidence, sensitive
# policy = "replace_stale"      # never, fill_blank, replace_stale, overwrite_always
# ttl_days = 540

# [alerts]                      # `evergreen digest`: what is new, by mail and in chat; see docs/alerts.md
# revops = ["revops@example.com"]
# [alerts.mail]
# host = "smtp.example.com"
# sender = "evergreen@example.com"
"""


def starter_config(kind: str, path: Path | None) -> str:
    """A commented TOML for a kind of CRM."""
    line = f"path = {json.dumps(str(path), ensure_ascii=False)}\n" if path is not None else ""
    return _TEMPLATE.format(kind=json.dumps(kind), path=line)
