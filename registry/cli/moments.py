"""Times for people."""

from datetime import UTC, datetime


def in_words(milliseconds: int | None) -> str:
    """``2026-03-01 09:30 UTC`` for milliseconds since the Unix epoch; ``never`` for None."""
    if milliseconds is None:
        return "never"
    try:
        moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return f"{milliseconds} ms after 1970"  # beyond the year 9999
    return f"{moment:%Y-%m-%d %H:%M} UTC"
