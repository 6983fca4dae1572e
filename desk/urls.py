"""Addresses of the pages."""

from django.urls import path

from desk.views import guide, shell

urlpatterns = [
    path("desk/theme/", shell.choose_theme, name="desk-theme"),
    path("desk/styleguide/", guide.styleguide, name="desk-styleguide"),
]
