"""The decision on an exception: a reason, and for an amendment other sums."""

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from desk.forms.base import Fields
from desk.forms.offers import SumField, plain_sum
from desk.words import money_words
from remedies.models import ExceptionRequest
from remedies.rules.grounds import DECLINE_WORDS, DeclineCode
from tickets.money import decimals_of


def voiced(row: ExceptionRequest) -> bool:
    """Whether somebody said yes already, and somebody else has to."""
    return any(yes.void_at is None for yes in row.approvals.all())


def first_words(row: ExceptionRequest) -> str:
    """What stands in the field of the reason before anything is typed: a yes may say the same."""
    return row.reason[:300]


class DecideForm(Fields):
    """Reason or question, and a sum for each item that has one."""

    reason = forms.CharField(
        max_length=2000,
        # In a single line Enter would decide; here it is a new line.
        widget=forms.Textarea(attrs={"rows": "1", "class": "input grows"}),
        error_messages={
            "required": gettext_lazy("Whoever asked reads your reason, so it is needed.")
        },
    )

    code = forms.ChoiceField(
        label=gettext_lazy("If you decline"),
        required=False,
        choices=[(code.value, words) for code, words in DECLINE_WORDS.items()],
        initial=DeclineCode.OTHER.value,
        widget=forms.Select(attrs={"class": "input"}),
    )

    def __init__(self, *args: Any, row: ExceptionRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = gettext("Reason, %(requester)s will read it") % {
            "requester": row.requester.get_short_name()
        }
        self.fields["reason"].widget.attrs["data-first"] = first_words(row)
        self.row = row
        for position, item in enumerate(row.items):
            if item["asked"] is None:
                continue
            # Where one said yes already, the other one says yes to the same.
            stands = item["decided"] if voiced(row) else item["asked"]
            asked = plain_sum(stands or 0, row.currency)
            field = SumField(
                currency=row.currency, label=item["title"], required=False, initial=asked
            )
            field.widget.attrs["data-asked"] = asked
            self.fields[f"sum_{position}"] = field

    def clean(self) -> dict[str, Any]:
        """A sum that was emptied is not the asked one, and Approve means the asked ones. A no and a
        question are in the words of whoever decides."""
        do = self.data.get("do")
        if do in {"decline", "ask"} and self._words_of_others:
            self.add_error("reason", self.own_words[str(do)])
        for name in self._sum_names:
            if name in self.data and self.cleaned_data.get(name, 0) is None:
                self.add_error(name, gettext("Type a sum; 0 is nothing."))
            if do not in {"approve", "amend"}:
                self.errors.pop(name, None)  # a no and a question have no sums to be wrong
        if do == "approve" and not self.errors and self.amended:
            self.add_error(
                None,
                gettext(
                    "You changed the sums: %(asked_words)s is asked for, yours come to "
                    "%(total_words)s. Amend approves yours; to approve what is asked for, "
                    "put its sums back."
                )
                % {"asked_words": self.asked_words, "total_words": self.total_words},
            )
        return self.cleaned_data

    @property
    def own_words(self) -> dict[str, str]:
        """What to say where the request's own reason would be the answer, by what is done."""
        name = {"name": self.row.requester.get_short_name()}
        return {
            "decline": gettext(
                "Say in your own words why not. What stands there is what %(name)s wrote."
            )
            % name,
            "ask": gettext("Ask in your own words. What stands there is what %(name)s wrote.")
            % name,
        }

    @property
    def _words_of_others(self) -> bool:
        told = " ".join(self.cleaned_data.get("reason", "").split())
        return bool(told) and told == " ".join(first_words(self.row).split())

    @property
    def _sum_names(self) -> list[str]:
        return [name for name in self.fields if name.startswith("sum_")]

    @property
    def decided(self) -> dict[int, int]:
        """Position of an item → its sum in minor units."""
        return {
            int(name.removeprefix("sum_")): value
            for name in self._sum_names
            if self.is_bound and (value := self.cleaned_data.get(name)) is not None
        }

    @property
    def amended(self) -> bool:
        """Whether sums were typed that differ from the asked ones, or can't be read."""
        return self._unread or any(
            self._standing(at) != minor for at, minor in self.decided.items()
        )

    def _standing(self, at: int) -> int:
        """The sum that a plain yes is about."""
        item = self.row.items[at]
        found: int = item["decided" if voiced(self.row) else "asked"] or 0
        return found

    @property
    def _unread(self) -> bool:
        return self.is_bound and any(
            name in self.data and name not in self.cleaned_data for name in self._sum_names
        )

    @property
    def asked_words(self) -> str:
        """What the asked sums come to, or those that somebody said yes to."""
        return money_words(self._whole, self.row.currency)

    @property
    def _whole(self) -> int:
        if not voiced(self.row):
            return self.row.asked_total
        return sum(item["decided"] or 0 for item in self.row.items)

    @property
    def total_words(self) -> str:
        """What the typed sums come to, or "" where one of them can't be read."""
        if self._unread:
            return ""
        more = sum(minor - self._standing(at) for at, minor in self.decided.items())
        return money_words(self._whole + more, self.row.currency)

    @property
    def decimals(self) -> int:
        """How many decimal places the sums have."""
        return decimals_of(self.row.currency)

    @property
    def sum_fields(self) -> list[Any]:
        """The bound fields of the sums."""
        return [self[name] for name in self._sum_names]
