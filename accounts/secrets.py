"""Secrets: where they may lie, and how they stay out of what we say and keep.

A setting never holds a secret; it names where one lies: `NAME_env` an environment variable, `NAME_file` a file nobody
else may read, `NAME_block` a Prefect block of the type Secret. `flows/prefect_blocks.py` puts blocks into the
environment under the variable `block_variable` gives, so that nothing below imports Prefect.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from accounts.errors import ConfigError

#: Endings of settings that say where a secret lies.
PLACES = ("_env", "_file", "_block")
#: Stands where a secret was taken out of a text.
HIDDEN = "[hidden]"
_NAMED_LIKE_ONE = re.compile(
    r"(?i)(password|passwd|passphrase|secret|token|api_?key|private_?key|access_?key|credential|authorization|bearer|cookie)"
)
_LOOKS_LIKE_ONE = re.compile(
    r"(?i)-----BEGIN [A-Z ]*PRIVATE KEY-----|^bearer\s+\S{12,}|(?:^|:)[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s@]+@"
    r"|(?:^|[\s:?&])(?:ssl)?password\s*=\s*\S"
)
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LEAST_LETTERS = 4


def secret_settings(raw: Any, prefix: str = "") -> Iterator[str]:
    """The keys of a configuration, dotted, that hold what must not stand there: by their name, or by what they hold."""
    pairs = raw.items() if isinstance(raw, Mapping) else enumerate(raw) if isinstance(raw, list) else ()
    for key, value in pairs:
        name = f"{prefix}.{key}".lstrip(".")
        if isinstance(value, (Mapping, list)):
            yield from secret_settings(value, name)
        elif _is_secret(key, value):
            yield name


def _is_secret(key: Any, value: Any) -> bool:
    if isinstance(value, str) and _LOOKS_LIKE_ONE.search(value):
        return True
    return isinstance(key, str) and bool(_NAMED_LIKE_ONE.search(key)) and not key.endswith(PLACES)


def block_variable(block: str) -> str:
    """The environment variable a Prefect block is handed over in.

    >>> block_variable("crm-key")
    'EVERGREEN_BLOCK_CRM_KEY'
    """
    return "EVERGREEN_BLOCK_" + re.sub(r"\W", "_", block).upper()


def blocks_named(raw: Any) -> Iterator[str]:
    """The Prefect blocks a configuration names."""
    pairs = raw.items() if isinstance(raw, Mapping) else enumerate(raw) if isinstance(raw, list) else ()
    for key, value in pairs:
        if isinstance(key, str) and key.endswith("_block") and isinstance(value, str):
            yield value
        else:
            yield from blocks_named(value)


def find_secret(
    name: str, given: Mapping[str, Any], folder: Path, environment: Mapping[str, str], variable: str = ""
) -> str | None:
    """The secret a section names by NAME_file, NAME_env or NAME_block, else in `variable`; None where there is none.

    `folder` is where relative paths start. Raises ConfigError for a file that cannot be used.
    """
    if given.get(f"{name}_file"):
        return read_secret_file(folder / str(given[f"{name}_file"]))
    if given.get(f"{name}_block"):
        variable = block_variable(str(given[f"{name}_block"]))
    else:
        variable = str(given.get(f"{name}_env") or variable)
    return environment.get(variable, "").strip() or None


def read_secret_file(path: Path) -> str:
    """The secret in a file. Raises ConfigError where group or others may use the file, it is empty, or no file.

    The permissions are those of the file that is read, not of what its name pointed to a moment before.
    """
    try:
        with path.open(encoding="utf-8") as file:
            status = os.fstat(file.fileno())
            if os.name == "posix" and stat.S_IMODE(status.st_mode) & _OTHERS:
                raise ConfigError(
                    f"The secret file {path} may be read by others.", remedy=f"Run `chmod 600 {path.name}` there.",
                    path=path,
                )  # fmt: skip
            text = file.read().strip()
    except UnicodeDecodeError:  # its message would show what the file holds
        raise ConfigError(
            f"The secret file {path} is no text.", remedy="It holds the secret alone, as UTF-8.", path=path
        ) from None
    except OSError as error:
        raise ConfigError(
            f"The secret file {path} cannot be read: {error.strerror}.", remedy="Mend the path.", path=path
        ) from None
    if not text:
        raise ConfigError(f"The secret file {path} is empty.", remedy="Put the secret into it.", path=path)
    return text


def hide(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets.

    >>> hide("GET /x?key=s3cr3t failed", ["s3cr3t"])
    'GET /x?key=[hidden] failed'
    """
    for secret in sorted((s for s in secrets if len(s) >= _LEAST_LETTERS), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text
