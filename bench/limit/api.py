"""The API: serializers and the one view set."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers, viewsets
from rest_framework.pagination import CursorPagination

from bench.limit.models import Event, Ticket

TIME_TO_ANSWER = dt.timedelta(days=10)


class EventSerializer(serializers.ModelSerializer[Event]):
    """An event in its ticket."""

    class Meta:
        model = Event
        fields = ["id", "kind", "author", "body", "created_at"]


class TicketSerializer(serializers.ModelSerializer[Ticket]):
    """A ticket in a list, and as it is sent."""

    class Meta:
        model = Ticket
        fields = "__all__"
        read_only_fields = ["due_at", "escalated"]


class ThreadSerializer(TicketSerializer):
    """A ticket with all that was said."""

    events = EventSerializer(many=True, read_only=True)


class QueuePages(CursorPagination):
    """What is due first, 50 at a time."""

    page_size = 50
    ordering = ("due_at", "id")


class TicketViewSet(viewsets.ModelViewSet[Ticket]):
    """Create, list, read, change and delete tickets."""

    queryset = Ticket.objects.all()
    pagination_class = QueuePages
    filterset_fields = ["status", "category", "owner"]

    def get_queryset(self) -> QuerySet[Ticket]:
        """All tickets; one that is read alone comes with its events."""
        tickets = super().get_queryset()
        return tickets.prefetch_related("events") if self.action == "retrieve" else tickets

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Ticket]]:
        """With the thread where one ticket is read."""
        return ThreadSerializer if self.action == "retrieve" else TicketSerializer

    def perform_create(self, serializer: serializers.BaseSerializer[Ticket]) -> None:
        """One ticket row and one event row."""
        author: Any = self.request.user
        with transaction.atomic():
            ticket = serializer.save(due_at=timezone.now() + TIME_TO_ANSWER)
            Event.objects.create(ticket=ticket, kind="created", author=author.get_username())
