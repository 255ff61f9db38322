"""Members as lists and cards show them."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db.models import F, Q, QuerySet

from platform_core.api.errors import NotFoundError
from platform_core.members.models import Member

ORDERINGS: Final = {
    "id": "pk",
    "email": "email",
    "username": "username",
    "first_name": "first_name",
    "last_name": "last_name",
    "role": "role",
    "last_activity": "last_activity",
    "created_at": "created_at",
    "date_joined": "created_at",
}
CARD_FIELDS = (
    "id",
    "email",
    "username",
    "first_name",
    "last_name",
    "phone",
    "role",
    "custom_role",
    "last_activity",
    "custom_hotkeys",
    "project_hotkeys",
    "allow_newsletters",
    "avatar",
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


def matching(
    members: QuerySet[Member],
    *,
    search: str = "",
    roles: Collection[str] = (),
    not_in_project: int | None = None,
    active_since: datetime | None = None,
    active_until: datetime | None = None,
) -> QuerySet[Member]:
    """Narrow members by what is given.

    Args:
        search: words, each a part of the address or a name.
        roles: codes of built-in roles; a custom role counts as its base.
        not_in_project: leave out who was given this project, in person.
        active_since: last request at this time or later.
        active_until: last request at this time or earlier.
    """
    for word in search.split():
        members = members.filter(
            Q(email__icontains=word) | Q(first_name__icontains=word) | Q(last_name__icontains=word)
        )
    if roles:
        members = members.filter(role__in=roles)
    if not_in_project is not None:
        members = members.exclude(project_memberships__project_id=not_in_project)
    if active_since is not None:
        members = members.filter(last_activity__gte=active_since)
    return members.filter(last_activity__lte=active_until) if active_until is not None else members


def ordered(members: QuerySet[Member], ordering: str) -> QuerySet[Member]:
    """Order members by a name of `ORDERINGS`, with or without a minus; any other name leaves the order."""
    name = ordering.removeprefix("-").removeprefix("user__")
    if name not in ORDERINGS:
        return members
    field = F(ORDERINGS[name])
    return members.order_by(
        field.desc(nulls_last=True) if ordering.startswith("-") else field.asc(nulls_last=True), "pk"
    )


def member_here(member_id: int) -> Member:
    """Return one member whose membership lasts.

    Raises:
        NotFoundError: there is none with this id here.
    """
    member = members_here().filter(pk=member_id).first()
    if member is None:
        raise NotFoundError(f"There is no member {member_id} here.")
    return member
