"""Addresses of the pages."""

from django.urls import path

from desk.views import guide, queue, shell, ticket

urlpatterns = [
    path("desk/", queue.show, name="desk-queue"),
    path("desk/bulk/", queue.bulk, name="desk-bulk"),
    path("desk/next/", queue.take_next, name="desk-next"),
    path("desk/tickets/<str:number>/", ticket.show, name="desk-ticket"),
    path("desk/tickets/<str:number>/<slug:verb>/", ticket.act, name="desk-act"),
    path("desk/theme/", shell.choose_theme, name="desk-theme"),
    path("desk/styleguide/", guide.styleguide, name="desk-styleguide"),
]
