"""The running product in a real browser: hashed files, no violation of the policy, and any of the browsers works."""

import os

import pytest

from tests.browser.chromium import CHECKOUT, unpack


def test_the_log_in_page_loads_its_hashed_style_sheet(page):
    answer = page.goto("/accounts/login/")
    assert answer.status == 200
    sheets = page.eval_on_selector_all("link[rel=stylesheet]", "links => links.map(link => link.href)")
    assert all("/static/" in sheet for sheet in sheets)
    assert len(page.locator("input[name=password]").all()) == 1


@pytest.mark.skipif(
    not (CHECKOUT / "node_modules/@sparticuz/chromium/bin").exists() or os.uname().machine != "x86_64",
    reason="npm's Chromium is built for Linux on x86-64",
)
def test_a_machine_without_a_browser_uses_the_one_from_npm(tmp_path, browser):
    chromium = unpack(CHECKOUT / "node_modules/@sparticuz/chromium/bin", tmp_path)
    driver = browser.browser_type
    second = driver.launch(executable_path=chromium.path, env=chromium.environment, args=chromium.arguments)
    page = second.new_context(locale="en-GB").new_page()
    page.set_content("<h1>Ready ✓</h1>")
    assert page.locator("h1").inner_text() == "Ready ✓"
    assert len(page.screenshot()) > 1000
    second.close()
