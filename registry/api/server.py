"""Runs the service: ``registry serve``."""

import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from registry import errors
from registry.api.http_protocol import HttpProtocol
from registry.installation import Installation

CONNECTIONS_WAITING = 128
"""Connections that the kernel holds until the service takes them."""
IDLE_SECONDS = 15
"""How long a connection may stay open between two requests."""
GOODBYE_SECONDS = 30
"""How long requests under way may take when the service is asked to end: longer than a registration takes."""

_LEVELS = {"registry": logging.INFO, "uvicorn": logging.WARNING}
"""What is logged while the service runs, by the logger's name."""


def serve(
    installation: Installation,
    application: ASGIApp,
    host: str | None = None,
    port: int | None = None,
    *,
    when_ready: Callable[[str], None] | None = None,
) -> None:
    """Has ``application`` answer requests until SIGINT or SIGTERM, then finishes those under way and returns.

    Meanwhile new checkpoints are submitted to the witnesses, timestamp authorities and calendars that the settings
    name, and anchored in the networks that they name. ``host`` and ``port`` default to the settings (this machine
    only); port 0 takes a free one. ``when_ready`` is told the address, ``http://host:port``, once connections are
    accepted. Refuses (``address_unusable``) an address that cannot be listened on.
    """
    settings = installation.settings
    with (
        _logging_to_stderr(),
        installation.publication.rounds(settings.witness_seconds),
        installation.stamping.rounds(settings.timestamp_seconds),
        installation.calendars.rounds(settings.timestamp_seconds),
        installation.anchoring.rounds(settings.ethereum_poll_seconds),
    ):
        _answer_requests(
            application,
            settings.host if host is None else host,
            settings.port if port is None else port,
            when_ready=when_ready,
        )


def serve_application(
    application: ASGIApp, host: str, port: int, *, when_ready: Callable[[str], None] | None = None
) -> None:
    """As :func:`serve`, for any application."""
    with _logging_to_stderr():
        _answer_requests(application, host, port, when_ready=when_ready)


def _answer_requests(
    application: ASGIApp, host: str, port: int, *, when_ready: Callable[[str], None] | None = None
) -> None:
    with listening(host, port) as listener:
        server = server_of(application)
        if when_ready is not None:
            when_ready(address_of(listener))
        with _signals_only_end_it():
            server.run(sockets=[listener])


def server_of(application: ASGIApp) -> uvicorn.Server:
    """The server, not yet running; it ends when ``should_exit`` is set."""
    return uvicorn.Server(
        uvicorn.Config(
            application,
            http=HttpProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,  # the application writes its own line for each request, with the request's id
            server_header=False,
            proxy_headers=False,  # nothing depends on who the client says it is; links are relative
            backlog=CONNECTIONS_WAITING,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=GOODBYE_SECONDS,
        )
    )


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that accepts connections: whoever connects from now on is answered once the server runs."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(address[:2], family=family, backlog=CONNECTIONS_WAITING)
    except OSError as error:
        raise errors.Refused(
            "address_unusable",
            f"The service cannot listen on {host}, port {port}: {error.strerror or error}.",
            hint="Choose another port with --port, or end the program that holds this one.",
        ) from None
    with listener:
        yield listener


def address_of(listener: socket.socket) -> str:
    """``http://host:port``."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _logging_to_stderr() -> Iterator[None]:
    """Lines with time and level, until the block ends: what this process calls stderr then may be another stream."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    loggers = {logging.getLogger(name): level for name, level in _LEVELS.items()}
    before = [(logger, logger.level, logger.propagate) for logger in loggers]
    for logger, level in loggers.items():
        logger.addHandler(handler)
        logger.setLevel(level)
        logger.propagate = False
    try:
        yield
    finally:
        for logger, level, propagates in before:
            logger.removeHandler(handler)
            logger.setLevel(level)
            logger.propagate = propagates


@contextmanager
def _signals_only_end_it() -> Iterator[None]:
    """Lets the caller close what it opened: the server sends itself the signal again once it has ended."""

    def nothing(_signal: int, _frame: FrameType | None) -> None: ...

    before = {number: signal.signal(number, nothing) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
