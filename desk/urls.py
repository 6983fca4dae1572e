"""Addresses of the pages."""

from django.urls import path

from desk import offer_actions  # noqa: F401 - adds its actions to the table
from desk.views import (
    exceptions,
    files,
    guide,
    late,
    own,
    people,
    public,
    queue,
    remedies,
    shell,
    ticket,
)

urlpatterns = [
    path("", public.home, name="home"),
    path("complain/", public.complain, name="complain"),
    path("complain/questions/", public.questions, name="complain-questions"),
    path("complain/find/", public.find, name="complain-find"),
    path("complain/received/<str:key>/", public.received, name="complain-received"),
    path("c/<str:key>/", own.show, name="own"),
    path("c/<str:key>/answer/", own.answer, name="own-answer"),
    path("c/<str:key>/write/", own.write, name="own-write"),
    path("c/<str:key>/review/", own.review, name="own-review"),
    path("c/<str:key>/call/", own.call, name="own-call"),
    path("c/<str:key>/offer/<int:offer_id>/", own.decide, name="own-offer"),
    path("c/<str:key>/files/<int:attachment_id>/", own.attachment, name="own-file"),
    path("desk/files/<int:attachment_id>/", files.desk_file, name="desk-file"),
    path("desk/", queue.show, name="desk-queue"),
    path("desk/bulk/", queue.bulk, name="desk-bulk"),
    path("desk/next/", queue.take_next, name="desk-next"),
    path("desk/tickets/<str:number>/", ticket.show, name="desk-ticket"),
    path("desk/tickets/<str:number>/<slug:verb>/", ticket.act, name="desk-act"),
    path("desk/exceptions/", exceptions.show, name="desk-exceptions"),
    path("desk/exceptions/<int:exception_id>/", exceptions.show, name="desk-exception"),
    path("desk/exceptions/<int:exception_id>/decide/", exceptions.decide, name="desk-decide"),
    path("desk/late/", late.show, name="desk-late"),
    path("desk/late/<int:deadline_id>/take-over/", late.take, name="desk-take-over"),
    path("desk/late/<int:deadline_id>/acknowledge/", late.acknowledge, name="desk-acknowledge"),
    path("desk/late/<int:deadline_id>/extend/", late.extend, name="desk-extend"),
    path("desk/late/<int:deadline_id>/reassign/", late.reassign, name="desk-reassign"),
    path("desk/customers/", people.customers, name="desk-customers"),
    path("desk/customers/<int:customer_id>/", people.customer, name="desk-customer"),
    path("desk/search/", people.search, name="desk-search"),
    path("desk/remedies/<int:remedy_id>/fulfil/", remedies.fulfil, name="desk-fulfil"),
    path("desk/theme/", shell.choose_theme, name="desk-theme"),
    path("desk/styleguide/", guide.styleguide, name="desk-styleguide"),
]
