"""Small pictures of pictures: drawn anew from what was sent, and nothing else of it is shown."""

import io

from PIL import Image, ImageOps

from tickets.errors import NotFound
from tickets.models import Attachment

#: Of the longer side, in pixels; twice what a page shows.
SIDE = 320
#: A file of few bytes can claim to be a picture of any size.
MOST_PIXELS = 60_000_000


def small_picture(attachment: Attachment) -> bytes:
    """A WebP of at most 320 × 320 pixels, upright, without where and when it was taken.

    Raises `NotFound` for what is no picture, is too large to draw, or is gone from the disk.
    """
    if not attachment.is_image:
        raise NotFound(field="attachment")
    try:
        with attachment.file.open("rb") as stream, Image.open(stream) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NotFound(field="attachment")
            image.draft("RGB", (SIDE * 2, SIDE * 2))
            upright = ImageOps.exif_transpose(image).convert("RGBA")
            upright.thumbnail((SIDE, SIDE))
            found = io.BytesIO()
            upright.save(found, "WEBP", quality=80)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise NotFound(field="attachment") from error
    return found.getvalue()
