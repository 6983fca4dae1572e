"""Every way in which a wish can be refused, as one small family of exceptions.

The docstring is the message for people; `code` is stable and is what programs read;
`field` names the input at fault. Pages, API, mail, import and commands all show these.

    raise Stale(seen=3, current=4, field="version")
    raise Invalid("A ticket has at most {most} tags.", most=30, field="tags")
    raise Missing(what=_("a reason"), field="reason")

Both the docstring and the first argument are translated where the message is read, before the
values take their places in it; so they are written as they stand, without gettext.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from tickets.saying import filled, gettext, pgettext


class DomainError(Exception):
    """The request can't be carried out."""

    code = "refused"
    #: HTTP status that the edges answer with.
    status = 422
    #: Which of the values are codes, each with the context in which a language has a word for it.
    codes: Mapping[str, str] = {}
    #: Where several things are wrong at once: (field, code, message) of each.
    details: Sequence[tuple[str, str, str]] = ()

    def __init__(self, message: str | None = None, *, field: str | None = None, **params: Any):
        self.params = params
        self.field = field
        self._words = message or " ".join((self.__doc__ or "").split())
        super().__init__(filled(self._words, params))

    @property
    def message(self) -> str:
        """What is wrong, in the language of whoever reads it; `str()` stays English, for logs."""
        named = {name: _named(self.params[name], self.codes[name]) for name in self.codes}
        return filled(gettext(self._words), {**self.params, **named})


def _named(code: object, context: str) -> str:
    """What the reader's language calls a code; the code itself where it has no word for it."""
    plain = str(code).replace("_", " ")
    said = pgettext(context, plain)
    return str(code) if said == plain else said


class Invalid(DomainError):
    """The value is not valid."""

    code = "invalid"
    status = 400


class Missing(Invalid):
    """This is needed: {what}."""

    code = "missing"


class NotFound(DomainError):
    """There is nothing here under that name, or you may not see it."""

    code = "not_found"
    status = 404


class NotAllowed(DomainError):
    """You may not do this. {who} can."""

    code = "not_allowed"
    status = 403


class Stale(DomainError):
    """Somebody changed this ticket while you were working on it (you saw version {seen},
    it is now {current}). Nothing was changed; look at what is new, then try again."""

    code = "stale"
    status = 412


class WrongStatus(DomainError):
    """A ticket that is {status} can't become {to}."""

    code = "wrong_status"
    status = 409
    codes = {"status": "status", "to": "status"}


class Conflict(DomainError):
    """This clashes with what is already there."""

    code = "conflict"
    status = 409


class Merged(Conflict):
    """This ticket is now part of {number}. Go on there."""

    code = "merged"


class SameReviewer(NotAllowed):
    """A review is decided by another person than any who decided before."""

    code = "same_reviewer"


class ReviewTooLate(Conflict):
    """A review could be asked for until {until}."""

    code = "review_too_late"


class NumberInvalid(Invalid):
    """{number} is not a ticket number: its check digit is wrong, so one digit was probably
    misheard or mistyped. A number looks like A-10019."""

    code = "number_invalid"


class FactInvalid(Invalid):
    """{label} should be {allowed}."""

    code = "fact_invalid"


class FactUnknown(Invalid):
    """There is no fact called {name} for this category. Known are: {known}."""

    code = "fact_unknown"


class CurrencyUnknown(Invalid):
    """{currency} is not a currency. Use a three-letter ISO 4217 code such as GBP or EUR."""

    code = "currency_unknown"


class FileRefused(Invalid):
    """{name} can't be attached: {why}."""

    code = "file_refused"


class InTheFuture(Invalid):
    """{what} can't lie in the future."""

    code = "in_the_future"


@contextmanager
def named_as(**names: str) -> Iterator[None]:
    """Name the fields of what is refused inside as its sender knows them.

    A service knows `email` and `attachments`; who sent a whole complaint knows `customer.email`
    (`email="customer.email"`) and `files` (`attachments="files"`). What follows the first name
    of the path stays: `attachments.2` becomes `files.2`.
    """
    try:
        yield
    except DomainError as error:
        head, dot, rest = (error.field or "").partition(".")
        if head in names:
            error.field = names[head] + dot + rest
        raise


@contextmanager
def at_place(position: int | str) -> Iterator[None]:
    """Add to the field of what is refused inside its place in the list: `files` is `files.2`."""
    try:
        yield
    except DomainError as error:
        if error.field:
            error.field = f"{error.field}.{position}"
        raise
