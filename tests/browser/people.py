"""Accounts of the running product, and how people log in."""

from playwright.sync_api import Page

from tests.stack import Stack

PASSWORD = "long-enough-for-tests"


def make_people(stack: Stack, *names: str, staff: tuple[str, ...] = ()) -> None:
    """Accounts with PASSWORD, also where another test of this run made them without one; `staff` are site admins."""
    stack.shell(
        "from labelling.accounts.models import User\n"
        f"for name in {names!r}:\n"
        f"    user, made = User.objects.get_or_create(username=name)\n"
        f"    user.is_staff = user.is_staff or name in {staff!r}\n"
        f"    made and user.set_unusable_password()\n"
        f"    user.has_usable_password() or user.set_password({PASSWORD!r})\n"
        f"    user.save()\n"
    )


def log_in(page: Page, name: str) -> Page:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda address: "/accounts/login" not in address)  # the log-in page itself ends with a slash too
    return page
