"""Files, served so that a browser can do no harm with them."""

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from desk.views.shell import Ask, desk_page
from tickets.access import access_attachment
from tickets.errors import NotFound
from tickets.models import Attachment
from tickets.services.pictures import small_picture


def file_response(attachment: Attachment) -> HttpResponseBase:
    """Pictures in the page, all else as a download; never sniffed, never run.

    Raises `NotFound` where the file is gone from the disk.
    """
    try:
        handle = attachment.file.open("rb")
    except FileNotFoundError:
        raise NotFound(field="attachment") from None
    response = FileResponse(
        handle,
        as_attachment=not attachment.is_image,
        filename=attachment.name,
        content_type=attachment.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, max-age=3600"
    return response


@desk_page
@require_safe
def small(request: HttpRequest, ask: Ask, attachment_id: int) -> HttpResponseBase:
    """A small picture of a picture, drawn anew."""
    found = small_picture(access_attachment(ask.who, attachment_id))
    response = HttpResponse(found, content_type="image/webp")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


@desk_page
@require_safe
def desk_file(request: HttpRequest, ask: Ask, attachment_id: int) -> HttpResponseBase:
    """A file of a ticket that the reader may see."""
    return file_response(access_attachment(ask.who, attachment_id))
