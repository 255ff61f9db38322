"""Connections that go only to judged addresses: the name is looked up once, and what was judged is connected."""

import socket
import ssl
from contextvars import ContextVar
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from requests_hardened import Config, HTTPSession
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.connection import create_connection

from platform_core.outbound.addresses import approved_addresses
from platform_core.outbound.deadline import Deadline

USER_AGENT: Final = "Tenon"
current_deadline: ContextVar[Deadline] = ContextVar("tenon_outbound_deadline")


def _connect(connection: HTTPConnection) -> socket.socket:
    """Connect to the first judged address that answers.

    Raises:
        OutboundRefusedError: an address of the host may not be called.
        OutboundFailedError: the host is unknown.
    """
    deadline = current_deadline.get()
    last: OSError | None = None
    for address in approved_addresses(connection.host, connection.port):
        try:
            made = create_connection(
                (str(address), connection.port), connection.timeout, socket_options=connection.socket_options
            )
        except TimeoutError as error:
            raise ConnectTimeoutError(connection, "The connection timed out.") from error
        except OSError as error:
            last = error
            continue
        deadline.watch(made)
        return made
    raise NewConnectionError(connection, "No address answers.") from last


class _GuardedHTTPConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _GuardedHTTPSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _GuardedHTTPPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHTTPConnection


class _GuardedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPSConnection


class GuardedAdapter(HTTPAdapter):
    """Sends requests over guarded connections; certificates are checked against the name, as ever."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        """Make the pools of guarded connections."""
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _GuardedHTTPPool, "https": _GuardedHTTPSPool}


class _Session(HTTPSession):  # type: ignore[misc]  # the library has no types
    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """Return None: the library would read the body of a redirect without a limit, even if it may not follow it."""
        return None


def guarded_session() -> requests.Session:
    """Return a session without redirects, cookies, proxies or anything of the environment."""
    session = _Session(
        Config(
            # Its own adapter knows no list of the operator's; ours asks the same filter address by address.
            ip_filter_enable=False,
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=(5, 10),
            user_agent_override=USER_AGENT,
        )
    )
    session.trust_env = False
    session.adapters.clear()
    for prefix in ("http://", "https://"):
        session.mount(prefix, GuardedAdapter())
    return session
