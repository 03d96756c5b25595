"""What others use, on the same thefts: whole-picture hashes, plain local features, a learned descriptor."""

from collections.abc import Callable, Mapping

from registry.benchmark.system import System


def _phash() -> System:
    from registry.benchmark.peers.image_hashes import PHash

    return PHash()


def _dhash() -> System:
    from registry.benchmark.peers.image_hashes import DHash

    return DHash()


def _pdq() -> System:
    from registry.benchmark.peers.pdq import Pdq

    return Pdq()


def _sift() -> System:
    from registry.benchmark.peers.sift import Sift

    return Sift()


def _sscd() -> System:
    from registry.benchmark.peers.sscd import Sscd

    return Sscd()


PEERS: Mapping[str, Callable[[], System]] = {
    "phash": _phash,
    "dhash": _dhash,
    "pdq": _pdq,
    "sift": _sift,
    "sscd": _sscd,
}


def installed(names: tuple[str, ...] = tuple(PEERS)) -> list[System]:
    """Those of the peers whose packages are there."""
    found = []
    for name in names:
        try:
            found.append(PEERS[name]())
        except ImportError:
            continue
    return found
