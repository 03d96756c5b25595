"""Which of the offered media types the client likes best (RFC 9110, section 12.5.1)."""

from collections.abc import Sequence

from registry import errors


def preferred(accept: str | None, offered: Sequence[str]) -> str:
    """The best of ``offered``, whose order decides between equals; ``not_acceptable`` if Accept allows none."""
    if accept is None or not accept.strip():
        return offered[0]
    wishes = [_wish(part) for part in accept.split(",")]
    best = max(offered, key=lambda media_type: _quality(media_type, wishes))  # the first of equals
    if _quality(best, wishes) <= 0:
        raise errors.Refused(
            "not_acceptable",
            "None of the media types in Accept is on offer here.",
            hint=f"This address answers with {' or '.join(offered)}.",
            pointer="/header/accept",
        )
    return best


def _wish(part: str) -> tuple[str, float]:
    media_range, *parameters = [piece.strip().lower() for piece in part.split(";")]
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return media_range, min(max(float(value), 0.0), 1.0)
            except ValueError:
                return media_range, 0.0
    return media_range, 1.0


def _quality(media_type: str, wishes: Sequence[tuple[str, float]]) -> float:
    """Of the most specific range that covers ``media_type``."""
    for media_range in (media_type, media_type.partition("/")[0] + "/*", "*/*"):
        matching = [quality for wish, quality in wishes if wish == media_range]
        if matching:
            return max(matching)
    return 0.0
