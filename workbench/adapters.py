"""How log-in is bent to this product: accounts are made by site admins, never by a form on the web."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "The user name or the password is wrong. Write both again.",
        "invalid_login": "The user name or the password is wrong. Write both again.",
        "too_many_login_attempts": "There were too many wrong passwords. Wait five minutes, or ask a site admin for a new one.",
        "account_inactive": "This account is switched off. Ask whoever runs this workbench.",
        "incorrect_password": "This is not your password.",
        "enter_current_password": "This is not your current password.",
    }

    def is_open_for_signup(self, request) -> bool:
        return False
