"""Who acts: built from a `Member` row and a credential, never from the global user."""

import uuid
from dataclasses import dataclass, field
from typing import Literal

from tenants.scope import OrganizationRef

CredentialKind = Literal["api_key", "access_token", "session", "platform"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The acting member of one organization.

    Attributes:
        id: the member's id, which is the global user's id and the SDK's user id.
        role: code of the built-in role; of a custom role its base.
        custom_role: the organization's own role that the permissions come from, if any.
        permissions: codenames the member has by role and teams, already cut to the credential's scopes.
        enabled_plugins: slugs enabled in the organization when the gate was asked.
        limited: the credential is narrower than its member, by scopes or by an end; it makes no other credentials.
    """

    id: int
    email: str
    username: str
    first_name: str = ""
    last_name: str = ""
    role: str
    custom_role: uuid.UUID | None = None
    permissions: frozenset[str]
    organization: OrganizationRef
    enabled_plugins: frozenset[str] = frozenset()
    credential: CredentialKind
    credential_id: uuid.UUID | None = None
    limited: bool = False
    is_authenticated: bool = field(default=True, init=False)
    is_anonymous: bool = field(default=False, init=False)
    is_active: bool = field(default=True, init=False)

    @property
    def pk(self) -> int:
        """Return the id under the name that DRF's throttles and renderers use."""
        return self.id

    def can(self, codename: str) -> bool:
        """Say whether the member has this permission, by this credential."""
        return codename in self.permissions


class Anonymous:
    """Nobody: what `request.user` is without a credential."""

    id = None
    pk = None
    is_authenticated = False
    is_anonymous = True
    is_active = False
    permissions: frozenset[str] = frozenset()

    def can(self, codename: str) -> bool:  # noqa: ARG002
        """Nobody may do anything."""
        return False
