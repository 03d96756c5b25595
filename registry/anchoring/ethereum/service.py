"""All networks of an installation: a round in each, by hand or on a schedule."""

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from registry import errors
from registry.anchoring.ethereum.networks_file import Configured
from registry.anchoring.ethereum.parts import Parts
from registry.anchoring.ethereum.worker import AnchorWorker

log = logging.getLogger("registry.anchoring")


class Anchoring:
    """The networks that the settings name. A round by one at a time; several processes may each make their own."""

    def __init__(self, parts: Parts, networks: Sequence[Configured]) -> None:
        self.networks = tuple(networks)
        self._parts = parts
        self._workers = [AnchorWorker(parts, one.network, one.signer) for one in networks]

    def round(self) -> Mapping[str, Mapping[str, str]]:
        """Takes the next step in every network; answers the alarms of each, by its name.

        What keeps one from going on is an alarm, and the others go on.
        """
        found: dict[str, Mapping[str, str]] = {}
        for worker in self._workers:
            try:
                found[worker.network.name] = worker.round().raised
            except errors.RegistryError as error:
                log.error("No round was made in %s: %s", worker.network.name, error.message)
                found[worker.network.name] = {error.code: error.message}
        return found

    @contextmanager
    def rounds(self, seconds: float) -> Iterator[None]:
        """While the block lasts, makes a round every ``seconds`` in a thread of its own for each network."""
        ended = threading.Event()

        def go_on(worker: AnchorWorker) -> None:
            while not ended.is_set():
                try:
                    worker.round()
                except errors.RegistryError as error:
                    log.error("No round was made in %s: %s", worker.network.name, error.message)
                except Exception:
                    # The other networks and the service go on, and the next round begins from the database.
                    log.exception("A round in %s failed.", worker.network.name)
                ended.wait(seconds)

        threads = [
            threading.Thread(target=go_on, args=(worker,), name=f"anchors-{worker.network.name}", daemon=True)
            for worker in self._workers
        ]
        with ExitStack() as at_the_end:
            for thread in threads:
                at_the_end.callback(thread.join)
                thread.start()
            at_the_end.callback(ended.set)
            yield

    def close(self) -> None:
        """Ends the connections."""
        for worker in self._workers:
            worker.close()
