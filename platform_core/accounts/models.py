"""People, once for the whole platform. Read at login only; inside an organization there are `Member` rows."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import EmailValidator
from django.db import models
from django.db.models.functions import Lower

from tenants.records import TimestampedModel


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail."""

    def create_user(self, email: str | None = None, password: str | None = None, **extra_fields: Any) -> "User":
        """Create a user; the address is stored in lower case.

        Raises:
            ValueError: no e-mail is given.
        """
        if not email:
            raise ValueError("A user needs an e-mail address")
        user = self.model(email=self.normalize_email(email).lower(), **extra_fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self,
        email: str,
        password: str,
        first_name: str | None = None,
        last_name: str | None = None,
        **extra_fields: Any,
    ) -> "User":
        """Create a platform operator. It opens no organization: that needs a membership, which is audited."""
        extra_fields = {**extra_fields, "is_staff": True, "is_super_admin": True}
        return self.create_user(email, password, first_name=first_name, last_name=last_name, **extra_fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a user by e-mail, whatever its case."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, TimestampedModel):
    """A person who can sign in."""

    email = models.EmailField(
        unique=True, null=True, validators=[EmailValidator()], help_text="Primary email address for authentication"
    )
    first_name = models.CharField(max_length=140, null=True, blank=True, help_text="Given name.")
    last_name = models.CharField(max_length=140, null=True, blank=True, help_text="Family name.")
    user_profile = models.TextField(null=True, blank=True, help_text="User profile description and preferences")
    time_format = models.CharField(
        max_length=3,
        default="24H",
        choices=[("12H", "12 Hour"), ("24H", "24 Hour")],
        help_text="Preferred time format display",
    )
    date_format = models.CharField(
        max_length=3,
        default="DMY",
        choices=[("DMY", "Day-Month-Year"), ("MDY", "Month-Day-Year")],
        help_text="Preferred date format display",
    )
    date_separator = models.CharField(
        max_length=1,
        default="/",
        choices=[("/", "Slash"), ("-", "Dash"), (".", "Dot")],
        help_text="Date component separator",
    )
    datetime_separator = models.CharField(
        max_length=1, default=" ", choices=[(" ", "Space"), ("T", "T separator")], help_text="Date-time separator"
    )
    decimal_separator = models.CharField(
        max_length=1, default=",", choices=[(",", "Comma"), (".", "Dot")], help_text="Decimal number separator"
    )
    list_separator = models.CharField(
        max_length=1,
        default=",",
        choices=[(",", "Comma"), (";", "Semicolon"), ("\t", "Tab")],
        help_text="Between the cells of a table",
    )
    time_zone = models.CharField(max_length=64, default="UTC", help_text="Time zone, as Europe/Berlin")
    is_super_admin = models.BooleanField(default=False, help_text="Super administrator with full system access")
    is_staff = models.BooleanField(default=False, help_text="Staff member with administrative access")
    is_active = models.BooleanField(default=True, help_text="Active user account status")
    date_joined = models.DateTimeField(auto_now_add=True, help_text="When the account was made (UTC).")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_lower_unique")]

    def get_full_name(self) -> str:
        """Return first and last name, or the e-mail where neither is known."""
        name = " ".join(part for part in (self.first_name, self.last_name) if part)
        return name or self.email or ""

    @classmethod
    def get_super_admin(cls) -> "User | None":
        """Return the first active super administrator, if any."""
        return cls.objects.filter(is_super_admin=True, is_active=True).order_by("pk").first()


class LoginAttempt(models.Model):
    """Counts failed sign-ins of an address or an account within a window; a row per key."""

    key = models.CharField(max_length=80, primary_key=True, help_text="ip:<address> or account:<digest of the e-mail>.")
    failures = models.PositiveIntegerField(default=0, help_text="Failures within the window.")
    window_started_at = models.DateTimeField(help_text="Start of the window (UTC).")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When the row was made (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")

    def __str__(self) -> str:
        """Return what is counted."""
        return self.key


class BrowserSession(TimestampedModel):
    """A browser session on the public host. It opens no organization."""

    session_key = models.CharField(max_length=64, primary_key=True, help_text="SHA-256 of the cookie's value.")
    session_data = models.TextField(help_text="Signed JSON.")
    expire_date = models.DateTimeField(db_index=True, help_text="Worthless after this time (UTC).")
    user = models.ForeignKey(
        User, null=True, on_delete=models.CASCADE, related_name="sessions", help_text="Who is signed in."
    )
