"""Addresses of the settings and of the guided start."""

from django.urls import path

from desk.setup import file_views, list_views, start_views, views

urlpatterns = [
    path("desk/start/", start_views.begin, name="desk-start"),
    path("desk/start/<slug:step>/", start_views.step, name="desk-start-step"),
    path("desk/settings/", views.index, name="desk-settings"),
    path("desk/settings/file/", file_views.show, name="desk-settings-file"),
    path("desk/settings/file.yaml", file_views.download, name="desk-settings-download"),
    path("desk/settings/schema.json", file_views.schema, name="desk-settings-schema"),
    path("desk/settings/people/<str:key>/invite/", views.invite_again, name="desk-invite"),
    path("desk/settings/<slug:section>/", list_views.show, name="desk-section"),
    path("desk/settings/<slug:section>/<str:key>/", views.edit, name="desk-setting"),
    path("desk/settings/<slug:section>/<str:key>/history/", views.history,
         name="desk-setting-history"),
    path("desk/settings/<slug:section>/<str:key>/history/<int:number>/restore/", views.restore,
         name="desk-setting-restore"),
    path("desk/settings/<slug:section>/<str:key>/history/<int:number>/undo/", views.undo,
         name="desk-setting-undo"),
]  # fmt: skip
