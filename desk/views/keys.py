"""One's own keys: each single key can be another one, or none."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from desk.forms.own_keys import OwnKeysForm
from desk.own_keys import keep_own_keys
from desk.views.shell import Ask, desk_page, desk_render, me_of


@desk_page
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Look at one's keys, change them, or have all as they were."""
    me = me_of(ask)
    if request.method == "POST" and request.POST.get("do") == "reset":
        keep_own_keys(me, off=False, own={})
        messages.success(request, _("All keys are as they were."))
        return redirect("desk-keys")
    posted = request.POST if request.method == "POST" else None
    form = OwnKeysForm(posted, user=me)
    if posted is not None and form.is_valid():
        keep_own_keys(me, off=form.cleaned_data["off"], own=form.own)
        messages.success(request, _("Kept. It holds from now on."))
        return redirect("desk-keys")
    context = {"place": "", "top_title": _("Your keys"), "form": form, "keys": ()}
    return desk_render(request, ask, "desk/keys.html", context, status=422 if form.errors else 200)
