"""What kinds of remedies are called."""

from django.utils.translation import gettext_lazy

from remedies.rules.language.draft import ComponentKind

_KINDS = {
    ComponentKind.APOLOGY: gettext_lazy("apology"),
    ComponentKind.CREDIT: gettext_lazy("credit"),
    ComponentKind.REFUND: gettext_lazy("refund"),
    ComponentKind.COMPENSATION: gettext_lazy("compensation"),
    ComponentKind.REPLACEMENT: gettext_lazy("replacement"),
    ComponentKind.UPGRADE: gettext_lazy("upgrade"),
    ComponentKind.GIFT: gettext_lazy("gift"),
    ComponentKind.EXPEDITE: gettext_lazy("expedite"),
    ComponentKind.CALLBACK: gettext_lazy("callback"),
}


def kind_of_remedy(kind: str) -> str:
    """The word for a kind of component or remedy; an unknown one as it is kept."""
    return str(_KINDS.get(ComponentKind(kind), kind)) if kind in set(ComponentKind) else kind
