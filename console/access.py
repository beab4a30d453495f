"""Who is asking, and what they may do: this machine's own user, a token, or a reverse proxy's word."""

from __future__ import annotations

import getpass
import hashlib
import hmac
import ipaddress
import secrets
import stat
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import HTTPConnection

from accounts.config import Config
from accounts.errors import ConfigError

SESSION = "evergreen_session"


class Role(IntEnum):
    """What a person may do; each may do what those before it may."""

    READER = 1
    STEWARD = 2
    ADMIN = 3

    @classmethod
    def named(cls, name: str) -> Role:
        """The role of that name. Raises ConfigError for none."""
        try:
            return cls[name.upper()]
        except KeyError:
            raise ConfigError(
                f"There is no role {name!r}.", remedy="Roles are reader, steward and admin.", key=name
            ) from None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asks."""

    name: str
    role: Role

    def may(self, role: Role) -> bool:
        """True when the person's role is enough."""
        return self.role >= role


@dataclass(frozen=True, slots=True)
class User:
    """One line of the users file."""

    name: str
    role: Role
    token_sha256: str


def read_users(path: Path) -> dict[str, User]:
    """The users of a file by name. Raises ConfigError for a file others may read, or a line that cannot be read."""
    try:
        mode = path.stat().st_mode
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigError(
            f"The users file {path} cannot be read: {error}.",
            remedy="`evergreen serve --add-user NAME --role ROLE` makes one.",
            path=path,
        ) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError(
            f"{path} may be read by others than its owner.", remedy=f"chmod 600 {path}", path=path
        )
    users = {}
    for number, line in enumerate(lines, 1):
        parts = line.split()
        if not parts or parts[0].startswith("#"):
            continue
        if len(parts) != 3 or len(parts[2]) != 64:
            raise ConfigError(
                f"Line {number} of {path} is not `name role sha256`.", remedy="Add the user anew.", path=path
            )
        users[parts[0]] = User(parts[0], Role.named(parts[1]), parts[2].lower())
    return users


def add_user(path: Path, name: str, role: Role) -> str:
    """Gives a user a new token, in place of a former one, and returns it: only its hash is kept."""
    if not name or any(c.isspace() for c in name) or name.startswith("#"):
        raise ConfigError(f"{name!r} is no name for a user.", remedy="Use one word.", key="add-user")
    users = read_users(path) if path.exists() else {}
    token = secrets.token_urlsafe(32)
    users[name] = User(name, role, _hash(token))
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.part")
    partial.touch(mode=0o600)
    partial.chmod(0o600)
    partial.write_text(
        "".join(f"{u.name} {u.role.name.lower()} {u.token_sha256}\n" for u in users.values()),
        encoding="utf-8",
    )
    partial.replace(path)
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def server_secret(home: Path) -> str:
    """The secret that sessions and embed links are signed with; made at the first start, readable by its owner alone."""
    path = home / "console" / "secret"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        partial = path.with_name(".secret.part")
        partial.touch(mode=0o600)
        partial.chmod(0o600)
        partial.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        partial.replace(path)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError(
            f"{path} may be read by others than its owner.", remedy=f"chmod 600 {path}", path=path
        )
    return path.read_text(encoding="utf-8")


class Access:
    """Tells who is asking. `open_to_all` is the mode on loopback: whoever sits at this machine is its user."""

    def __init__(self, config: Config, secret: str) -> None:
        self._settings = config.console
        self._users_file = config.resolve(self._settings.users_file) if self._settings.users_file else None
        self._secret = secret
        self._sessions = URLSafeTimedSerializer(secret, salt="session")
        self._trusted = [ipaddress.ip_network(n, strict=False) for n in self._settings.trusted_proxies]
        self.open_to_all = not (self._users_file or self._settings.user_header)
        if self._users_file:
            read_users(self._users_file)

    @property
    def by_token(self) -> bool:
        """True when people sign in with a token."""
        return self._users_file is not None

    def person(self, request: HTTPConnection) -> Person | None:
        """Who is asking, or None where nobody can be told."""
        client = request.client.host if request.client else ""
        named = self._named_by_proxy(request, client)
        if named is not None:
            return named
        if self._users_file is not None:
            return self._by_token(request, read_users(self._users_file))
        if self.open_to_all and _is_loopback(client):
            return Person(getpass.getuser(), Role.ADMIN)
        return None

    def sign_in(self, token: str) -> str | None:
        """The session's cookie for a token, or None for a token nobody has."""
        user = self._user_of(token, read_users(self._users_file)) if self._users_file else None
        return self._sessions.dumps([user.name, user.token_sha256[:16]]) if user else None

    def csrf(self, seat: str, person: Person | None) -> str:
        """The word a form must carry to be this browser's and this person's own."""
        told = f"csrf:{seat}:{person.name if person else ''}"
        return hmac.new(self._secret.encode(), told.encode(), hashlib.sha256).hexdigest()

    def is_own_form(self, word: object, seat: str, person: Person | None) -> bool:
        """True for that word."""
        return isinstance(word, str) and hmac.compare_digest(word.encode(), self.csrf(seat, person).encode())

    def caller(self, request: HTTPConnection) -> str:
        """Whose requests are counted together: an address, or whom a trusted proxy names."""
        client = request.client.host if request.client else ""
        named = self._named_by_proxy(request, client)
        return f"{client} {named.name}" if named else client

    def _named_by_proxy(self, request: HTTPConnection, client: str) -> Person | None:
        header = self._settings.user_header
        name = request.headers.get(header, "").strip() if header else ""
        if not name or not self._is_trusted(client):
            return None
        return Person(name[:100], Role.named(self._settings.roles.get(name, "reader")))

    def _is_trusted(self, client: str) -> bool:
        try:
            address = ipaddress.ip_address(client)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)

    def _by_token(self, request: HTTPConnection, users: dict[str, User]) -> Person | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        user = self._user_of(token.strip(), users) if scheme.lower() == "bearer" else None
        user = user or self._user_of_session(request.cookies.get(SESSION, ""), users)
        return Person(user.name, user.role) if user else None

    def _user_of_session(self, cookie: str, users: dict[str, User]) -> User | None:
        try:
            told: Any = self._sessions.loads(cookie, max_age=round(self._settings.session_hours * 3600))
            user = users.get(told[0])
        except (BadSignature, LookupError, TypeError):
            return None
        return user if user and user.token_sha256[:16] == told[1] else None

    def _user_of(self, token: str, users: dict[str, User]) -> User | None:
        given = _hash(token)
        found = [u for u in users.values() if hmac.compare_digest(u.token_sha256, given)]
        return found[0] if found else None


def _is_loopback(client: str) -> bool:
    try:
        return ipaddress.ip_address(client).is_loopback
    except ValueError:
        return client == "testclient"


def refuse_open_door(config: Config, host: str) -> None:
    """Raises ConfigError where the console would listen beyond this machine with nobody asked who they are."""
    settings = config.console
    if settings.user_header and not settings.trusted_proxies:
        raise ConfigError(
            "[console] user_header is set and no proxy is trusted with it.",
            remedy="Name the proxy's address in trusted_proxies.",
            key="console.trusted_proxies",
        )
    if _is_loopback(host) or host == "localhost" or settings.users_file or settings.user_header:
        return
    raise ConfigError(
        f"The console would listen on {host}, and anybody there could use it.",
        remedy="Set [console] users_file (`evergreen serve --add-user NAME --role admin`) or user_header, or listen on 127.0.0.1.",
        key="console",
    )
