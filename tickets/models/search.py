"""What searching reads, and how far the stream of events was followed."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from tickets.models.tickets import Ticket


class SearchEntry(models.Model):
    """The words of one ticket: number, customer, matter, facts, tags and conversation. Numbers
    stand there with their parts, and joined ("lh2087155").

    Kept by tickets.services.indexing from the stream of events, and made anew by `manage.py
    search rebuild`; nothing else depends on it.
    """

    ticket = models.OneToOneField(
        Ticket, on_delete=models.CASCADE, primary_key=True, related_name="search"
    )
    words = SearchVectorField()

    class Meta:
        verbose_name_plural = "search entries"
        indexes = [
            # tickets.finding asks it for words.
            GinIndex(fields=["words"], name="search_words"),
        ]

    def __str__(self) -> str:
        return f"words of {self.ticket_id}"


class SearchWord(models.Model):
    """A word that some ticket holds, or held once: what was mistyped is compared with.

    Kept together with the entries. Whoever searches is shown one only where it finds him something.
    """

    word = models.CharField(max_length=30, primary_key=True)

    class Meta:
        indexes = [
            # tickets.mistyped asks it for words alike.
            GinIndex(OpClass("word", name="gin_trgm_ops"), name="search_word_alike"),
        ]

    def __str__(self) -> str:
        return self.word


class Follower(models.Model):
    """How far somebody has read the stream of events of all tickets."""

    name = models.CharField(max_length=40, primary_key=True)
    #: The last event that was read, in the order of the index event_feed.
    transaction = models.BigIntegerField(default=0)
    event = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} at {self.transaction}/{self.event}"
