"""Members as lists and cards show them."""

from django.db.models import Q, QuerySet

from platform_core.api.errors import NotFoundError
from platform_core.members.models import Member

CARD_FIELDS = (
    "id",
    "email",
    "username",
    "first_name",
    "last_name",
    "phone",
    "role",
    "last_activity",
    "custom_hotkeys",
    "allow_newsletters",
    "created_at",
    "updated_at",
    "removed_at",
)


def members_here(*, removed: bool = False) -> QuerySet[Member]:
    """Return the members of the organization in scope, oldest id first.

    Args:
        removed: those whose membership has ended, instead of those whose membership lasts.
    """
    return Member.objects.filter(removed_at__isnull=not removed).only(*CARD_FIELDS).order_by("pk")


def matching(members: QuerySet[Member], *, search: str = "", role: str = "") -> QuerySet[Member]:
    """Narrow members by a part of their address or names, and by role code."""
    for word in search.split():
        members = members.filter(
            Q(email__icontains=word) | Q(first_name__icontains=word) | Q(last_name__icontains=word)
        )
    return members.filter(role=role) if role else members


def member_here(member_id: int) -> Member:
    """Return one member whose membership lasts.

    Raises:
        NotFoundError: there is none with this id here.
    """
    member = members_here().filter(pk=member_id).first()
    if member is None:
        raise NotFoundError(f"There is no member {member_id} here.")
    return member
