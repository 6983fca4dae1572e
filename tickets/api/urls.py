"""Addresses of the API of tickets, below /api/v1/."""

from django.urls import URLPattern, path

from tickets.api.verbs import VERBS
from tickets.api.views import (
    alerts,
    catalogue,
    customers,
    drafts,
    events,
    merging,
    own,
    parts,
    saved,
    tickets,
)
from tickets.api.views.base import view_of

urlpatterns: list[URLPattern] = [
    path("tickets/", tickets.Tickets.as_view(), name="api-tickets"),
    path("tickets/<str:number>/", tickets.OneTicket.as_view(), name="api-ticket"),
    path("tickets/<str:number>/messages/", parts.Messages.as_view(), name="api-messages"),
    path("tickets/<str:number>/events/", parts.TicketEvents.as_view(), name="api-ticket-events"),
    path("tickets/<str:number>/links/", parts.Links.as_view(), name="api-links"),
    path("tickets/<str:number>/links/<str:kind>/<str:other>/", parts.Link.as_view()),
    path("tickets/<str:number>/people/<int:user>/", parts.NamedPerson.as_view()),
    path("tickets/<str:number>/attachments/", parts.Attachments.as_view(), name="api-attachments"),
    path("tickets/<str:number>/merge/", merging.MergeTickets.as_view(), name="api-merge-tickets"),
    path("tickets/<str:number>/split/", merging.SplitTicket.as_view(), name="api-split-ticket"),
    path("tickets/<str:number>/drafts/", drafts.Drafts.as_view(), name="api-drafts"),
    path("tickets/<str:number>/drafts/<str:kind>/", drafts.OneDraft.as_view(), name="api-draft"),
    *(
        path(f"tickets/<str:number>/{verb.address}", view_of(verb), name=f"api-{verb.name}")
        for verb in VERBS
    ),
    path("attachments/<int:attachment>/", parts.File.as_view(), name="api-attachment"),
    path("events/", events.Feed.as_view(), name="api-events"),
    path("customers/", customers.Customers.as_view(), name="api-customers"),
    path("customers/<int:customer>/", customers.OneCustomer.as_view(), name="api-customer"),
    path("customers/<int:customer>/merge/", customers.Merge.as_view(), name="api-merge"),
    path("categories/", catalogue.Categories.as_view(), name="api-categories"),
    path("categories/<slug:key>/", catalogue.OneCategory.as_view(), name="api-category"),
    path("teams/", catalogue.Teams.as_view(), name="api-teams"),
    path("users/", catalogue.Users.as_view(), name="api-users"),
    path("views/", saved.Views.as_view(), name="api-views"),
    path("views/<int:view>/", saved.OneView.as_view(), name="api-view"),
    path("views/<int:view>/put-back/", saved.PutBackView.as_view(), name="api-view-put-back"),
    path("bulk-actions/", saved.BulkActs.as_view(), name="api-bulk"),
    path("bulk-actions/<int:act>/undo/", saved.UndoBulk.as_view(), name="api-bulk-undo"),
    path("me/alerts/", alerts.Alerts.as_view(), name="api-alerts"),
    path("me/alerts/read/", alerts.ReadAlerts.as_view(), name="api-alerts-read"),
    path("me/desk-settings/", own.DeskSettings.as_view(), name="api-desk-settings"),
    path("me/alert-settings/", alerts.Settings.as_view(), name="api-alert-settings"),
]
