"""Addresses of the pages."""

from django.urls import path

from desk.views import files, guide, own, public, queue, shell, ticket

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
    path("c/<str:key>/files/<int:attachment_id>/", own.attachment, name="own-file"),
    path("desk/files/<int:attachment_id>/", files.desk_file, name="desk-file"),
    path("desk/", queue.show, name="desk-queue"),
    path("desk/bulk/", queue.bulk, name="desk-bulk"),
    path("desk/next/", queue.take_next, name="desk-next"),
    path("desk/tickets/<str:number>/", ticket.show, name="desk-ticket"),
    path("desk/tickets/<str:number>/<slug:verb>/", ticket.act, name="desk-act"),
    path("desk/theme/", shell.choose_theme, name="desk-theme"),
    path("desk/styleguide/", guide.styleguide, name="desk-styleguide"),
]
