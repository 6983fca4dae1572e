"""How people get accounts: an administrator makes them, nobody signs up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from django.http import HttpRequest


class StaffAccountAdapter(DefaultAccountAdapter):
    """allauth with the public sign-up closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: the desk is for the people of one organisation."""
        return False


class SignIn(LoginForm):
    """Whoever comes to sign in can type at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:  # what was refused is read first
            self.fields["login"].widget.attrs["autofocus"] = True
