"""People and files as the components show them."""

from desk.glyphs import AvatarView
from desk.present import FileView
from desk.words import number_words
from tickets.models import Attachment, Customer, Message, User

_ICONS = {
    "application/pdf": "file-text",
    "text/plain": "file-text",
    "message/rfc822": "mail",
}


def avatar(user: User | None) -> AvatarView:
    """The initials of one of us, or the ring of nobody."""
    if user is None:
        return AvatarView.of_nobody()
    return AvatarView.of(user.name or user.email, key=user.pk)


def customer_avatar(customer: Customer) -> AvatarView:
    """The customer's initials."""
    return AvatarView.of(customer.name)


def author(message: Message) -> AvatarView:
    """Who wrote a message."""
    return AvatarView.of(message.author_name or "?", key=message.author_id)


def size_words(size: int) -> str:
    """ "84 kB" for a number of bytes."""
    if size >= 1_000_000:
        return f"{number_words(size / 1_000_000, 1)} MB"
    return f"{max(1, size // 1000)} kB"


def file_view(attachment: Attachment, *, base: str, small: bool = False) -> FileView:
    """An attachment as a link under `base`; `small` shows pictures themselves."""
    icon = "image" if attachment.is_image else _ICONS.get(attachment.content_type, "file")
    return FileView(
        name=attachment.name,
        url=f"{base}{attachment.pk}/",
        icon=icon,
        detail=size_words(attachment.size),
        small=f"{base}{attachment.pk}/small/" if attachment.is_image and small else "",
    )
