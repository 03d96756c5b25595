"""The calendars, and the server with Bitcoin's headers, that the settings name."""

import httpx2

from registry import errors
from registry.anchoring.opentimestamps.calendar import Calendar
from registry.anchoring.opentimestamps.explorer import Explorer
from registry.outbound.http_requests import check_address, parsed_address
from registry.settings import Settings

MOST_CALENDARS = 10


def calendars_of(settings: Settings) -> tuple[Calendar, ...]:
    """The calendars to ask, each called after its host; none if none is named. Refused
    (``opentimestamps_calendars``)."""
    found: dict[str, Calendar] = {}
    for address in settings.opentimestamps_calendars.split():
        parsed = parsed_address(address)
        if parsed is None:
            raise _refused(f"{address!a} is no address of http or https")
        name = _name(parsed)
        if name in found:
            raise _refused(f"there are two calendars called {name}")
        found[name] = Calendar(name, check_address(address))
    if len(found) > MOST_CALENDARS:
        raise _refused(f"there are {len(found)} of them; the most is {MOST_CALENDARS}")
    return tuple(found.values())


def explorer_of(settings: Settings) -> Explorer | None:
    """The server to ask for headers, None if none is named. Refused (``peer_address``)."""
    return None if settings.bitcoin_explorer is None else Explorer(check_address(settings.bitcoin_explorer))


def _name(address: httpx2.URL) -> str:
    return address.host if address.port is None else f"{address.host}:{address.port}"


def _refused(why: str) -> errors.Refused:
    return errors.Refused(
        "opentimestamps_calendars",
        f"What REGISTRY_OPENTIMESTAMPS_CALENDARS names cannot be used: {why}.",
        hint="It holds addresses such as https://calendar.example, with spaces between.",
    )
