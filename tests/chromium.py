"""Debian's Chromium, driven by Playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""As root, on a machine without a screen, and without asking anybody on the network for anything."""
PATIENCE_MILLISECONDS = 60_000
"""A page that is busy with a picture may take its time on a slow machine; only what never comes fails."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser; it takes a second to start."""
    found = shutil.which("chromium")
    if found is None:
        pytest.fail("The pages are looked at with Chromium, and it is not there: apt-get install chromium")
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield started
        started.close()
