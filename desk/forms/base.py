"""Shared parts of the desk's forms: fields that look right, files, and what the reader had seen."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from tickets.errors import DomainError
from tickets.services.files import MAX_FILES, Upload

_PLAIN = (forms.CheckboxInput, forms.CheckboxSelectMultiple, forms.RadioSelect, forms.HiddenInput)


class LocalMoment(forms.DateTimeInput):
    """The browser's own picker for day and time."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class ManyFilesInput(forms.ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Several uploads as a list of `Upload`; what they really are is checked by the service."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        """Read each file up to the size that is allowed; says which one is refused."""
        files: Sequence[UploadedFile] = data if isinstance(data, list | tuple) else [data]
        files = [file for file in files if file]
        if len(files) > MAX_FILES:
            raise forms.ValidationError(f"At most {MAX_FILES} files at once.")
        try:
            return [Upload.read(file.name or "file", file, file.size) for file in files]
        except DomainError as error:
            raise forms.ValidationError(error.message) from error


class Fields(forms.Form):
    """A form whose controls carry the class that styles them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if not isinstance(field.widget, _PLAIN):
                field.widget.attrs.setdefault("class", "input")
            # Ten rows are Django's own default, which nobody here asked for.
            if str(field.widget.attrs.get("rows")) == "10":
                field.widget.attrs["rows"] = "3"

    def refuse(self, error: DomainError) -> None:
        """Show what the domain refused, beside the field it names or above the form."""
        name = (error.field or "").removeprefix("facts.")
        self.add_error(name if name in self.fields else None, error.message)


class TicketForm(Fields):
    """A form on a ticket: it carries the version and the last event that its reader saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    events = forms.IntegerField(widget=forms.HiddenInput, required=False)
