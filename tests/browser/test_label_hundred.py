"""A bad day: the network goes, the server is killed, the log-in ends, the tab is closed, and still a hundred labels are a hundred."""

from playwright.sync_api import expect

from tests.browser.labelling import PLAIN, answers, logged_in, make_projects, press, start, wait_for_labels
from tests.browser.people import PASSWORD

KEYS = ["pos", "neg", "neu", "mix"]
PATIENCE = 60_000


class Labeller:
    """Labels what is on the screen by its own number, so that an answer on the wrong example shows."""

    def __init__(self, context, slug):
        self.context, self.slug, self.done = context, slug, 0
        self.open()

    def open(self):
        self.page = start(self.context.new_page(), self.slug)

    def label(self, count):
        for _ in range(count):
            expect(self.page.locator("#example")).to_have_text(f"Text {self.done}", timeout=PATIENCE)
            press(self.page, str(self.done % 4 + 1), "Enter")
            self.done += 1

    def label_what_is_here(self):
        """Without a server: as many as this computer holds."""
        while self.page.locator("body").evaluate("() => Boolean(document.getElementById('example').dataset.assignment)"):
            self.label(1)

    def saved(self):
        expect(self.page.locator("#state")).to_have_text("✓ Saved", timeout=PATIENCE)


def test_a_hundred_labels_survive_a_day_on_which_everything_fails(own_stack, browser):
    stack = make_projects(own_stack(worker=False), {"hundred": {**PLAIN, "examples": 100}})
    context = browser.new_context(base_url=stack.url, locale="en-GB")
    try:
        logged_in(context.new_page)
        ada = Labeller(context, "hundred")
        ada.label(12)

        context.set_offline(True)  # the network is cut
        ada.label_what_is_here()
        expect(ada.page.locator("#state")).to_contain_text("waiting, kept on this computer")
        context.set_offline(False)
        ada.label(10)

        stack.kill_server()  # in the middle of what is on its way
        ada.label_what_is_here()
        stack.start_server()
        ada.label(14)

        ada.saved()
        stack.shell("from django.contrib.sessions.models import Session; Session.objects.all().delete()")
        ada.label(5)  # the log-in ended on the server
        expect(ada.page.locator("#needs")).to_contain_text("You are no longer logged in.", timeout=PATIENCE)
        ada.label(2)
        ada.page.locator("#needs").get_by_role("button", name="Log in").click()
        ada.page.keyboard.type(PASSWORD)
        press(ada.page, "Enter")
        expect(ada.page.get_by_role("dialog", name="Log in again")).to_be_hidden(timeout=PATIENCE)
        ada.label(13)

        context.set_offline(True)
        ada.label_what_is_here()
        ada.page.close(run_before_unload=False)  # the tab is closed with labels that nobody has
        context.set_offline(False)
        ada.open()
        ada.label(10)
        ada.page.reload()
        ada.page.locator("body[data-ready]").wait_for(state="attached")

        stack.kill_server()
        ada.label_what_is_here()
        stack.start_server()
        ada.label(100 - ada.done)
        ada.saved()

        found = wait_for_labels(ada.page, "hundred", 100)
        assert ada.done == 100
        assert answers(found) == {f"e{number}": KEYS[number % 4] for number in range(100)}
        assert [label["revision"] for label in found] == [1] * 100  # none was stored twice under another name
        assert int(stack.shell("from labelling.label.models import Label; print(Label.objects.count())")) == 100
    finally:
        context.close()
