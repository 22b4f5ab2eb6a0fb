"""A real Chromium: `browser` for the run, `page` for a test, `new_page` for several people at once."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.chromium import find_chromium
from tests.stack import Stack

WAIT_MILLISECONDS = 15_000


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    chromium = find_chromium(tmp_path_factory.mktemp("chromium"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.path, env=chromium.environment, args=chromium.arguments
        )
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser, live_stack: Stack) -> Iterator[Callable[..., Page]]:
    """Opens a page in a context of its own (own cookies): one call a person. Options are those of `new_context`.

    At the end of the test it fails on script errors and on violations of the Content-Security-Policy.
    """
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: "Content Security Policy" in message.text and problems.append(f"{page.url}: {message.text}"),
        )

    def open_page(**options) -> Page:
        options = {"base_url": live_stack.url, "locale": "en-GB", "viewport": {"width": 1280, "height": 800}} | options
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(WAIT_MILLISECONDS)
        context.on("page", watch)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """One person's page; addresses are relative to the running product: `page.goto("/")`."""
    return new_page()
