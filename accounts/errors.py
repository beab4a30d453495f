"""The error tree. Every error carries its fields, and a message that names the thing and the remedy.

EvergreenError
├── ConfigError          the configuration, a file or an argument is wrong        exit 2
│   └── UnknownField     a field name the catalogue does not know
├── CrmError             the CRM could not be read or written                     exit 3
│   ├── CrmUnavailable   out of reach, credentials refused
│   │   ├── CrmBudgetSpent      its daily call limit is spent; what was asked was not done
│   │   └── CrmOutcomeUnknown   sent and not answered: it may have been done
│   ├── CrmRefused       it answered, and its shape forbids going on (no key column, duplicate keys)
│   │   └── CrmCallRefused      it refused one call, in its own words
│   └── WriteConflict    somebody changed it under us
├── SourceError          one source of the world's data; the run goes on
│   ├── SourceUnavailable  time-out, refused, circuit open: *failed*, never *empty*
│   ├── SourceBroken     it answered with something we cannot read
│   └── QuotaExhausted   its limit is spent; ask it no more in this run
├── WarehouseError       the warehouse could not be opened or is of another version
│   └── WriterBusy       another process holds it for writing                     exit 3
├── ServerAway           Prefect's server, or the database behind it, does not answer   exit 3
├── AlertFailed          a mail server or chat service did not take a digest        exit 1
└── WorkLeft             the run stopped with work undone (breaker, budget)       exit 1
"""

from __future__ import annotations

from pathlib import Path


class EvergreenError(Exception):
    """Root of the tree. `what` names the thing, `remedy` says what to do about it."""

    exit_code = 1

    def __init__(self, what: str, *, remedy: str = "") -> None:
        self.what = what
        self.remedy = remedy
        super().__init__(f"{what} {remedy}".strip())


class ConfigError(EvergreenError):
    """The configuration, a file or an argument is wrong; nothing was started."""

    exit_code = 2

    def __init__(
        self, what: str, *, remedy: str = "", path: Path | None = None, key: str | None = None
    ) -> None:
        self.path = path
        self.key = key
        super().__init__(what, remedy=remedy)


class UnknownField(ConfigError):
    """A field name the catalogue does not know."""

    def __init__(self, field: str, *, near: tuple[str, ...] = ()) -> None:
        self.field = field
        self.near = near
        hint = f"Did you mean {' or '.join(near)}?" if near else "`evergreen check` lists them."
        super().__init__(f"There is no field {field!r} in the catalogue.", remedy=hint, key=field)


class CrmError(EvergreenError):
    """The CRM could not be read or written. `crm` is its kind, `raw` the vendor's own text."""

    exit_code = 3

    def __init__(self, what: str, *, remedy: str = "", crm: str = "", raw: str = "") -> None:
        self.crm = crm
        self.raw = raw
        super().__init__(what, remedy=remedy)


class CrmUnavailable(CrmError):
    """The CRM is out of reach or refuses our credentials."""


class CrmBudgetSpent(CrmUnavailable):
    """The CRM's daily limit of calls is spent; the call that met it did nothing."""


class CrmOutcomeUnknown(CrmUnavailable):
    """A call was sent and not answered: it may have been carried out, and only reading back can tell."""


class CrmRefused(CrmError):
    """The CRM answered, and what it holds forbids going on; nothing was written."""


class CrmCallRefused(CrmRefused):
    """The CRM refused one call. `fault` classes it (`crm.remote.records.Fault`), `status` is HTTP's, `raw` its words."""

    def __init__(
        self,
        what: str,
        *,
        remedy: str = "",
        crm: str = "",
        raw: str = "",
        fault: str = "other",
        status: int = 0,
    ) -> None:
        self.fault = fault
        self.status = status
        super().__init__(what, remedy=remedy, crm=crm, raw=raw)


class WriteConflict(CrmError):
    """Somebody changed the CRM between our reading and our writing; nothing was written."""


class SourceError(EvergreenError):
    """One source of the world's data is in trouble; the run goes on without it."""

    def __init__(self, what: str, *, remedy: str = "", source: str = "", url: str = "") -> None:
        self.source = source
        self.url = url
        super().__init__(what, remedy=remedy)


class SourceUnavailable(SourceError):
    """Time-out, refusal, name not resolved, circuit open: the source *failed*, it is not *empty*."""


class SourceBroken(SourceError):
    """The source answered with something that cannot be read."""


class QuotaExhausted(SourceError):
    """The source's limit is spent; it is asked no more in this run."""


class NothingReachable(SourceError):
    """No source answered at all: most likely there is no network."""

    exit_code = 3


class WarehouseError(EvergreenError):
    """The warehouse could not be opened, or its schema is not one this version reads."""

    exit_code = 3

    def __init__(self, what: str, *, remedy: str = "", path: Path | None = None) -> None:
        self.path = path
        super().__init__(what, remedy=remedy)


class WriterBusy(WarehouseError):
    """Another process holds the warehouse for writing."""


class AlertFailed(EvergreenError):
    """A channel did not take a digest; what it would have told is told again next time."""


class ServerAway(EvergreenError):
    """Prefect's server, or the database behind it, does not answer."""

    exit_code = 3


class WorkLeft(EvergreenError):
    """The run stopped with work undone; what it left is told, and nothing is lost."""
