"""HTTP requests whose answers are believed in nothing: not in their length, their speed or where they lead.

For addresses that the operator of this installation has written down. What a stranger may name needs
a guard against addresses inside the operator's own network as well, which this is not.

The client is imported with the first request: commands that ask nobody start without it.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Self

from registry import errors

if TYPE_CHECKING:
    import httpx2

CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 20.0
"""Without a byte from the other side."""
WHOLE_SECONDS = 60.0
"""For one request with its redirects: the largest bundle (16 MiB) at 300 kB a second."""
MOST_REDIRECTS = 3
TEXT = "text/plain; charset=utf-8"
NOTHING_MORE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Answer:
    """``status`` and ``body`` of an answer; ``media_type`` without parameters, in lower case."""

    status: int
    body: bytes
    media_type: str


class HttpRequests:
    """A client without cookies, and without credentials but those in a request's own headers.

    Not for several threads at once. Faults are Unavailable.
    """

    def __init__(
        self,
        *,
        connection: "httpx2.BaseTransport | None" = None,
        seconds: float = WHOLE_SECONDS,
        redirects: int = MOST_REDIRECTS,
    ) -> None:
        """``seconds`` are for one request with its ``redirects``."""
        import httpx2

        self._seconds = seconds
        self._client = httpx2.Client(
            headers={"User-Agent": f"firstmark/{version('firstmark')}"},
            timeout=httpx2.Timeout(min(SILENCE_SECONDS, seconds), connect=min(CONNECT_SECONDS, seconds)),
            follow_redirects=True,
            max_redirects=redirects,
            trust_env=False,
            transport=connection,
        )

    def get(self, url: str, largest: int, *, headers: Mapping[str, str] = NOTHING_MORE) -> Answer:
        """The answer, its body at most ``largest`` bytes. Unavailable (``peer_unreachable``, ``peer_answer``)."""
        return self._ask("GET", url, largest, None, {"Accept-Encoding": "gzip, identity", **headers})

    def post(
        self,
        url: str,
        body: bytes,
        largest: int,
        *,
        content_type: str = TEXT,
        headers: Mapping[str, str] = NOTHING_MORE,
    ) -> Answer:
        """The answer to POST, which is sent once."""
        return self._ask("POST", url, largest, body, {"Content-Type": content_type, **headers})

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, method: str, url: str, largest: int, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        import httpx2

        deadline = time.monotonic() + self._seconds
        content = bytearray()
        try:
            with self._client.stream(method, url, content=body, headers=dict(headers)) as answer:
                for part in answer.iter_bytes():
                    content += part
                    if len(content) > largest:
                        raise _unusable(url, f"it is longer than {largest} bytes")
                    if time.monotonic() > deadline:
                        raise _unusable(url, f"it took longer than {self._seconds:.0f} seconds")
        except (httpx2.TooManyRedirects, httpx2.DecodingError) as error:
            raise _unusable(url, str(error).rstrip(".")) from error
        except httpx2.HTTPError as error:
            raise errors.Unavailable(
                "peer_unreachable",
                f"There is no answer from {url}: {str(error).rstrip('.') or type(error).__name__}.",
                hint="Check the address and that the server runs, then try again.",
            ) from error
        media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return Answer(answer.status_code, bytes(content), media_type)


def parsed_address(url: str) -> "httpx2.URL | None":
    """``url`` if a path can be put behind it: one of http or https, without query and fragment. Else None."""
    import httpx2

    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        return None
    usable = parsed.scheme in ("http", "https") and parsed.host and not parsed.query and not parsed.fragment
    return parsed if usable else None


def check_address(url: str) -> str:
    """``url`` without a slash at its end. Refused (``peer_address``) unless it is one of http or https."""
    if parsed_address(url) is None:
        raise errors.Refused(
            "peer_address",
            "This is no address of a log or witness.",
            hint="Give it as https://host/path, without a question mark.",
        )
    return url.rstrip("/")


def _unusable(url: str, why: str) -> errors.Unavailable:
    return errors.Unavailable(
        "peer_answer",
        f"The answer of {url} was not read to its end: {why}.",
        hint="Ask whoever runs that server.",
    )
