"""Those who work here: users, teams, and who belongs where."""

import datetime as dt
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from tickets.models.choices import choices_of, one_of
from tickets.rules import Role


class UserManager(BaseUserManager["User"]):
    """Makes users; an e-mail address is the name to sign in with."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new person. Without a password he can't sign in until he has set one."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An administrator who may do everything in the Django admin."""
        defaults = {
            "role": Role.ADMIN.value,
            "is_superuser": True,
            "name": "Administrator",
        }
        return self.create_user(email, password, **(defaults | fields))

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who works at the desk."""

    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=choices_of(Role), default=Role.REP.value)
    language = models.CharField(
        max_length=10, blank=True, default="", help_text="Empty: as the browser asks for."
    )
    last_language = models.CharField(
        max_length=10, blank=True, default="", db_default="", editable=False,
        help_text="What the browser of who chose no language asked for last.",
    )  # fmt: skip
    time_zone = models.CharField(max_length=64, default="Europe/London")
    is_active = models.BooleanField(default=True)
    away_from = models.DateTimeField(null=True, blank=True)
    away_until = models.DateTimeField(null=True, blank=True)
    substitute = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="stands_in_for",
    )
    next_after_sending = models.BooleanField(
        default=True, help_text="Once something was sent, the next ticket of the queue opens."
    )
    own_keys = models.JSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="Single keys of the desk, as I have them.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            one_of("role", Role, "user_role_known"),
            models.CheckConstraint(
                condition=Q(substitute__isnull=True) | ~Q(substitute=F("id")),
                name="user_no_own_substitute",
            ),
            models.CheckConstraint(
                condition=Q(away_until__isnull=True)
                | Q(away_from__isnull=False, away_until__gt=F("away_from")),
                name="user_away_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email

    @property
    def reads(self) -> str:
        """The language of mails and alerts: the one that was chosen, else the one in which the
        desk was last used; "" before it was."""
        return self.language or self.last_language

    @property
    def is_staff(self) -> bool:
        """Whether the Django admin opens: for those who configure."""
        return self.is_active and self.role in {Role.ADMIN.value, Role.MANAGER.value}

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        words = self.name.split() or [self.email]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()

    def is_away(self, at: dt.datetime) -> bool:
        """Whether the person is out of office at the instant `at`."""
        if self.away_from is None or at < self.away_from:
            return False
        return self.away_until is None or at < self.away_until


class Team(models.Model):
    """A group of people who share a queue."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80, unique=True)
    lead = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="leads"
    )
    email = models.EmailField(blank=True, help_text="The address that this team's mail goes to.")
    language = models.CharField(max_length=10, default="en")
    time_zone = models.CharField(max_length=64, default="Europe/London")
    is_default = models.BooleanField(
        default=False, help_text="Gets what no category sends elsewhere."
    )
    active = models.BooleanField(default=True)
    members: models.ManyToManyField[User, "Membership"] = models.ManyToManyField(
        User, through="Membership", related_name="teams"
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="team_one_default",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """That a person works in a team, or watches over it."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    supervises = models.BooleanField(
        default=False,
        help_text="Decides exceptions of this team and is told what runs late.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "team"], name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {'supervises' if self.supervises else 'in'} {self.team}"
