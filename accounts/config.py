"""The one configuration: `evergreen.toml`, read into pydantic models.

Secrets are never read from the TOML; they come from the environment or from files with checked permissions.
Relative paths are relative to the folder of the TOML.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from accounts.change import Policy
from accounts.errors import ConfigError
from accounts.secrets import secret_settings

_LONGEST = 1_000_000
#: Where else a secret goes that the library underneath looks for itself.
_ELSEWHERE = {"warehouse.lake": "Leave the password out there; it comes from PGPASSWORD or ~/.pgpass."}
_TOO_DEEP = re.compile(r"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){40}")
"""Dotted keys so long take the reader quadratic time."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CrmConfig(_Section):
    """Which CRM, and how its records are read."""

    kind: str = "file"
    """`file`, `salesforce`, `hubspot`, `dynamics`, `neocrm`, `siebel`, `odoo`, `tryton`, or one of a plug-in."""
    path: Path | None = None
    """The table of the `file` CRM: CSV or XLSX."""
    key: str = "id"
    """The column or property that names an account."""
    encoding: str | None = None
    """Of a CSV file; found out where it is not given, as is the delimiter."""
    delimiter: str | None = None
    add_columns: bool = False
    """Let the first write add our columns where the file has none."""
    columns: dict[str, Any] = {}
    """Catalogue field → column; for CRMs behind an API also a table (property, values, scale …) or false."""
    machine_users: list[str] = ["import", "api", "integration"]
    """Users who are no persons. Everybody else's edits are respected as a person's."""
    our_user: str = "evergreen"
    """The user whose edits are ours."""
    hold_column: str | None = None
    """A column in which `yes`, `true`, `1`, `x` or `是` keeps us from writing the record."""
    budget_share: float = Field(default=0.3, gt=0, le=1)
    """Of the API calls the CRM has left when a run starts, the share the run may use."""
    options: dict[str, Any] = {}
    """What the kind of CRM asks for: its page tells."""

    @field_validator("columns")
    @classmethod
    def _columns_are_named(cls, given: dict[str, Any]) -> dict[str, Any]:
        for name, column in given.items():
            if not (isinstance(column, str | dict) or column is False):
                raise ValueError(f"{name} must name a column, be a table of settings, or be false")
        return given


class WarehouseConfig(_Section):
    """Where what we know is kept, and for how long."""

    path: Path = Path(".evergreen")
    """The folder of the warehouse, stored responses, snapshots and runs."""
    lake: str | None = None
    """A lake in place of the warehouse's file: its catalogue, such as `postgres:dbname=evergreen host=db` (`make lake`)."""
    memory_limit: str = "2GB"
    keep_bodies_days: int = Field(default=180, ge=1)
    """Days pages are kept as evidence; their hashes and passages stay."""
    keep_calls: int = Field(default=12, ge=6)
    """Calls kept of an account and source: the newest so many of each kind of outcome (looked at, not found, failed), the first
    look, the last 12 runs, what cost money, and the looks that show a technology gone. At least 6: six failures in a row
    tell the longest pause of a host that is down."""
    keep_snapshots: int = Field(default=5, ge=1)


class WebConfig(_Section):
    """How politely, how patiently and how much we read."""

    contact: str | None = None
    """Sent with each request; SEC EDGAR and Wikidata ask for it."""
    user_agent: str = "evergreen-crm"
    use_proxies: bool = False
    """Read HTTP(S)_PROXY from the environment."""
    respect_robots: bool = True
    requests_per_second: float = Field(default=1.0, gt=0)
    """Of one host."""
    connections_per_host: int = Field(default=2, ge=1)
    connect_timeout: float = Field(default=10.0, gt=0)
    read_timeout: float = Field(default=20.0, gt=0)
    total_timeout: float = Field(default=60.0, gt=0)
    max_bytes: int = Field(default=10_000_000, ge=1000)
    """Of one answer."""
    max_redirects: int = Field(default=6, ge=0)
    retries: int = Field(default=2, ge=0)
    pages_per_site: int = Field(default=6, ge=1)
    allow_private: bool = False
    """Only for the loopback demo world and tests: permits fetching from 127.0.0.0/8."""
    gateway: str | None = Field(default=None, pattern=r"^http://127\.0\.0\.1:\d{1,5}$")
    """Only for the loopback demo world: every host is asked at this address, told apart by the Host header."""
    shared_by: int = Field(default=1, ge=1)
    """Processes or machines that read at once: each asks a host at its part of the rate."""


class RunConfig(_Section):
    """How a run is cut up and bounded."""

    shard_size: int = Field(default=200, ge=1)
    """Accounts a shard; a run that dies loses no finished one."""
    threads: int = Field(default=16, ge=1)
    """Accounts asked about at once in a shard."""
    processes: int | None = Field(default=None, ge=1)
    """Processes that read; where it does not say, one for few accounts, from 2,000 on as many as there are cores, four at most."""
    shards_at_once: int = Field(default=4, ge=1)
    """Shards that a process reads at once, so that one slow host holds up no others."""
    budget: int | None = Field(default=None, ge=0)
    """Accounts looked at in one run; the rest of the work list waits."""
    spend: Literal["rates", "ttl"] = "rates"
    """What orders the work list: rates of change learned from past looks, or fixed TTLs alone."""
    reread: Literal["changed", "all"] = "changed"
    """`changed`: a record whose pages are as they were is not parsed again; `all`: everything is, every night."""
    breaker: float = Field(default=0.25, gt=0, le=1)
    """The share of the accounts that may lose a value in one run; above it nothing is written."""
    keep_run_files: int = Field(default=30, ge=1)
    metrics_file: Path | None = None
    """Where a run leaves its figures for monitoring (Prometheus' textfile format)."""


class FleetConfig(_Section):
    """Reading a night on several machines; see docs/deploying.md."""

    store: str | None = None
    """Where they meet: a folder that all of them see, or `s3://bucket/prefix`. Without it a night is read where it runs."""
    endpoint_url: str | None = None
    """Of an object store that is not Amazon's."""
    region: str | None = None
    by: Literal["prefect", "commands"] = "prefect"
    """Who hands out the shards: Prefect, to the workers of its read pool, or this process, to those started by `workers`."""
    deployment: str = "evergreen-read-shard/read-shard"
    """With `prefect`: the deployment that reads one shard."""
    readers: int = Field(default=3, ge=1)
    """With `prefect`: shards that are read at once, over all machines; each asks a shared host at its part of the rate."""
    workers: list[list[str]] = []
    """With `commands`: what starts each worker, such as `["ssh", "reader-1", "evergreen", "work"]`."""
    tries: int = Field(default=3, ge=1)
    """Attempts at a shard whose readers die."""
    shard_minutes: float = Field(default=120, gt=0)
    """Minutes after which an attempt that says nothing is given up."""


class ConsoleConfig(_Section):
    """Who may use the console from elsewhere, and which pages may frame an account."""

    hosts: list[str] = []
    """Names the console answers to, besides this machine's own."""
    users_file: Path | None = None
    """`name role sha256` a line, written by `evergreen serve --add-user`; readable by its owner alone."""
    user_header: str | None = None
    """The header in which a reverse proxy names who is asking; believed only from `trusted_proxies`."""
    trusted_proxies: list[str] = []
    roles: dict[str, Literal["reader", "steward", "admin"]] = {}
    """Roles of people the proxy names; whoever is not listed reads."""
    frame_ancestors: list[str] = []
    embed_hours: float = Field(default=12, gt=0)
    session_hours: float = Field(default=12, gt=0)
    requests_per_minute: int = Field(default=600, ge=10)


class BudgetConfig(_Section):
    """What paid sources may cost, in the units of their price lists; a ceiling that is None is none."""

    run: float | None = Field(default=10.0, ge=0)
    account: float | None = Field(default=1.0, ge=0)
    providers: dict[str, float] = {}
    """Ceilings a run by the name of the source."""
    stop_after: int = Field(default=50, ge=5)
    """Paid answers after which a source's fill rate is judged."""
    stop_below: float = Field(default=0.1, ge=0, le=1)
    """The fill rate below which it is asked no more in this run."""


class FieldOverride(_Section):
    """Settings of one catalogue field, replaced."""

    policy: Policy | None = None
    ttl_days: int | None = Field(default=None, ge=1)
    hold_days: int | None = Field(default=None, ge=30)
    min_confidence: float | None = Field(default=None, ge=0, le=1)
    sensitive: bool | None = None
    weight: float | None = Field(default=None, ge=0)

    def given(self) -> dict[str, Any]:
        """The settings that were written."""
        return {name: value for name, value in self if value is not None}


class BriefConfig(_Section):
    """How briefs are written: `lang` en, zh or auto (that of the account's name); `rules` a file of angles of one's own."""

    lang: Literal["auto", "en", "zh"] = "auto"
    rules: Path | None = None


class IcpConfig(_Section):
    """The wanted customer; what is left out is not asked."""

    industries: list[str] = []
    countries: list[str] = []
    technologies: list[str] = []
    employees_min: int | None = Field(default=None, ge=0)
    employees_max: int | None = Field(default=None, ge=0)


class WatchConfig(_Section):
    """Competitors to watch: a name, and its other spellings."""

    competitors: dict[str, list[str]] = {}


class Recipient(_Section):
    """A mailbox that is told, and its language where it is not that of all."""

    to: str = Field(pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$")
    lang: Literal["en", "zh"] | None = None


class MailConfig(_Section):
    """The mail server digests leave by. `password_env`, `password_file` or `password_block` names its password."""

    host: str
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    """`none` is let through to loopback only."""
    sender: str = Field(pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$")
    user: str | None = None
    password_env: str | None = None
    password_file: str | None = None
    password_block: str | None = None


class WebhookConfig(_Section):
    """A chat group. Its address is a secret: `url_env`, `url_file` or `url_block` names it; so is the key it signs with."""

    service: Literal["slack", "teams", "feishu", "wecom", "dingtalk"]
    lang: Literal["en", "zh"] | None = None
    owner: str | None = None
    """Told of this owner's accounts alone; without it, of everything, as RevOps is."""
    url_env: str | None = None
    url_file: str | None = None
    url_block: str | None = None
    secret_env: str | None = None
    secret_file: str | None = None
    secret_block: str | None = None


class AlertsConfig(_Section):
    """Who is told what after a run. `owners` maps an owner, as the CRM writes it, to a mailbox."""

    lang: Literal["en", "zh"] = "en"
    key_fields: list[str] = []
    """Fields whose going stale is told; where none is named, those the catalogue gives a weight above 1."""
    most: int = Field(default=10, ge=1, le=50)
    """Lines a section; what is over is counted."""
    signal_days: int = Field(default=14, ge=1)
    """News last told before that is none."""
    silent_hours: float = Field(default=36, gt=0)
    """Hours without a finished run after which that is told."""
    console_url: str | None = Field(default=None, pattern=r"^https?://[^\s]+$")
    """Where the console is; letters then link to it."""
    revops: list[str | Recipient] = []
    """Mailboxes that are told of all accounts."""
    owners: dict[str, str | Recipient] = {}
    mail: MailConfig | None = None
    webhooks: dict[str, WebhookConfig] = {}

    @field_validator("revops", "owners")
    @classmethod
    def _are_mailboxes(cls, given: Any) -> Any:
        """Every mailbox in its long form."""
        if isinstance(given, dict):
            return {name: _mailbox(box) for name, box in given.items()}
        return [_mailbox(box) for box in given]


def _mailbox(box: str | Recipient) -> Recipient:
    return Recipient(to=box) if isinstance(box, str) else box


class Config(_Section):
    """The whole of `evergreen.toml`. `path` is where it was read from."""

    path: Path = Path("evergreen.toml")
    crm: CrmConfig = CrmConfig()
    warehouse: WarehouseConfig = WarehouseConfig()
    web: WebConfig = WebConfig()
    run: RunConfig = RunConfig()
    fleet: FleetConfig = FleetConfig()
    console: ConsoleConfig = ConsoleConfig()
    brief: BriefConfig = BriefConfig()
    icp: IcpConfig = IcpConfig()
    watch: WatchConfig = WatchConfig()
    budget: BudgetConfig = BudgetConfig()
    alerts: AlertsConfig = AlertsConfig()
    sources: dict[str, dict[str, Any]] = {}
    fields: dict[str, FieldOverride] = {}

    def resolve(self, path: Path) -> Path:
        """An absolute path; relative ones start at the folder of the TOML."""
        return (self.path.parent / path).resolve()

    @property
    def home(self) -> Path:
        """The folder that holds the warehouse, the stored responses, snapshots and runs."""
        return self.resolve(self.warehouse.path)


def load_config(path: Path) -> Config:
    """The configuration in a TOML file.

    Raises ConfigError naming the file, the key and the remedy: no such file, broken TOML, an unknown key (with
    the nearest known one), a value out of bounds, a secret written where it must not be.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            f"There is no {path}.", remedy="Run `evergreen init` here, or pass --config FILE.", path=path
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} cannot be read: {error}.", remedy="It must be a UTF-8 text file.", path=path
        ) from error
    try:
        raw = _parsed(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"{path} is not valid TOML: {error}.", remedy="Mend that line.", path=path
        ) from error
    _refuse_secrets(raw, path)
    try:
        return Config.model_validate({**raw, "path": path.resolve()})
    except ValidationError as error:
        raise _explain(error, path) from error


def _parsed(text: str) -> dict[str, Any]:
    if len(text) > _LONGEST or _TOO_DEEP.search(text):
        raise ValueError("it is longer, or its keys are nested deeper, than any configuration")
    return tomllib.loads(text)


def _refuse_secrets(raw: dict[str, Any], path: Path) -> None:
    for name in secret_settings(raw):
        key = name.rpartition(".")[2]
        elsewhere = f"Put it into an environment variable, a file or a Prefect block, and name that: {key}_env, {key}_file or {key}_block."
        raise ConfigError(
            f"{path} holds {name}, which looks like a secret.",
            remedy=_ELSEWHERE.get(name, elsewhere),
            path=path,
            key=name,
        )


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    """The keys allowed in the section an error points into; names that users give on the way lead to no other section."""
    model: Any = Config
    for part in location[:-1]:
        field = getattr(model, "model_fields", {}).get(str(part))
        model = _section_in(field.annotation) if field is not None else model
    return [k for k in getattr(model, "model_fields", {}) if k != "path" or model is not Config]


def _section_in(annotation: Any) -> Any:
    """The section an annotation is about, however it is wrapped: `X | None`, `dict[str, X]`."""
    if hasattr(annotation, "model_fields"):
        return annotation
    return next((found for part in get_args(annotation) if (found := _section_in(part))), None)


def _explain(error: ValidationError, path: Path) -> ConfigError:
    """The first fault in words, with the nearest key where a name is unknown."""
    fault = error.errors()[0]
    key = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        known = _known_keys(fault["loc"])
        near = difflib.get_close_matches(str(fault["loc"][-1]), known, n=1)
        remedy = f"Did you mean {near[0]}?" if near else f"Known keys there: {', '.join(known)}."
        return ConfigError(f"{path}: {key} is not a setting.", remedy=remedy, path=path, key=key)
    return ConfigError(
        f"{path}: {key} is {fault['input']!r}: {fault['msg']}.", remedy="Mend that line.", path=path, key=key
    )
