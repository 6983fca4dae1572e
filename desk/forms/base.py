"""Shared parts of the desk's forms: fields that look right, files, and what the reader had seen."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _l
from django_stubs_ext import StrPromise

from tickets.errors import DomainError
from tickets.services.files import MAX_FILES, Upload, type_of

#: What is allowed, where Django says only that something else is not.
_ALLOWED: dict[type[forms.Field], StrPromise] = {
    forms.DateTimeField: _l("This is no date and time. Write it like 2026-11-30 15:00."),
    forms.DateField: _l("This is no day of the calendar. Write it like 2026-11-30."),
}
_PLAIN = (forms.CheckboxInput, forms.CheckboxSelectMultiple, forms.RadioSelect, forms.HiddenInput)


class LocalMoment(forms.DateTimeInput):
    """The browser's own picker for day and time."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class LocalDay(forms.DateInput):
    """The browser's own picker for a day."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class ManyFilesInput(forms.ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Several uploads as a list of `Upload`; what they really are is checked by the service."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        """Read each file up to the size that is allowed; says of each one that is refused why."""
        files: Sequence[UploadedFile] = data if isinstance(data, list | tuple) else [data]
        files = [file for file in files if file]
        if len(files) > MAX_FILES:
            raise forms.ValidationError(
                gettext("At most %(most)d files at once.") % {"most": MAX_FILES}
            )
        uploads: list[Upload] = []
        wrong: list[str] = []
        for file in files:
            try:
                upload = Upload.read(file.name or "file", file, file.size)
                type_of(upload)
            except DomainError as error:
                wrong.append(error.message)
            else:
                uploads.append(upload)
        if wrong:
            raise forms.ValidationError([*wrong, *_again(uploads)])
        return uploads


def _again(uploads: Sequence[Upload]) -> list[str]:
    """A page can't put files back into a form: their names, so that they are not forgotten."""
    names = ", ".join(upload.name for upload in uploads)
    words = gettext("Please attach %(names)s again: files can’t be kept until this is sent.")
    return [words % {"names": names}] * bool(names)


class Fields(forms.Form):
    """A form whose controls carry the class that styles them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if not isinstance(field.widget, _PLAIN):
                field.widget.attrs.setdefault("class", "input")
            if type(field) in _ALLOWED:
                field.error_messages["invalid"] = _ALLOWED[type(field)]
            # Ten rows are Django's own default, which nobody here asked for.
            if str(field.widget.attrs.get("rows")) == "10":
                field.widget.attrs["rows"] = "3"

    def refuse(self, error: DomainError) -> None:
        """Show what the domain refused, beside the field it names or above the form."""
        path = error.field or ""
        names = (path.removeprefix("facts."), path.partition(".")[0])  # a fact, or one of a list
        name = next((name for name in names if name in self.fields), None)
        self.add_error(name, error.message)
        self.remind_of_files()

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            self.remind_of_files()

    def remind_of_files(self) -> None:
        """Say which files have to be attached again, since the form is shown again."""
        for name, field in self.fields.items():
            if isinstance(field, ManyFiles):
                for words in _again(self.cleaned_data.get(name) or ()):
                    self.add_error(name, words)

    def ask_domain(self, name: str, check: Callable[[], object]) -> None:
        """Run a check of the domain, and say what it refuses at the field called `name`."""
        try:
            check()
        except DomainError as error:
            self.add_error(name, error.message)


class TicketForm(Fields):
    """A form on a ticket: it carries the version and the last event that its reader saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    events = forms.IntegerField(widget=forms.HiddenInput, required=False)
