"""A new organization: its schema, its first owner, its index rows, all or nothing."""

from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from platform_core.accounts.models import User
from platform_core.api.errors import NotFoundError, ValidationFailedError
from platform_core.members.host import forget_hosts
from platform_core.members.services.membership import add_founder
from platform_core.plugins.services.defaults import (
    NO_PLUGINS,
    default_plugins,
    enable_default_plugins,
    provision_with_defaults,
)
from tenants.models import Organization
from tenants.scope import OrganizationRef, public_scope, tenant_scope

MAX_OWN_ORGANIZATIONS: Final = 20


@transaction.atomic
def create_organization_for(
    *, slug: str, name: str, owner: User, domains: tuple[str, ...] = (), with_plugins: bool = True
) -> OrganizationRef:
    """Create an organization owned by an existing user, with the plugins that are enabled by default.

    A default plugin that fails is left out: its activation, the audit and the log say why.

    Args:
        with_plugins: False leaves the default plugins out: the core alone.

    Raises:
        ValidationFailedError: the slug is malformed, reserved or taken.
    """
    organization, defaults = provision_with_defaults(
        slug=slug,
        name=name,
        created_by_user_id=owner.pk,
        domains=domains,
        defaults=default_plugins() if with_plugins else NO_PLUGINS,
    )
    with tenant_scope(organization):
        add_founder(user=owner)
        if with_plugins:
            enable_default_plugins(defaults)
    transaction.on_commit(forget_hosts, robust=True)
    return organization


@transaction.atomic
def create_own_organization(*, slug: str, name: str, owner_id: int) -> OrganizationRef:
    """Create an organization for an account that asks for it by itself.

    Raises:
        ValidationFailedError: the slug is malformed, reserved or taken, or the account made too many already.
        NotFoundError: there is no such active account.
    """
    with public_scope():
        # The lock counts one request at a time, so that the limit holds.
        owner = User.objects.select_for_update().filter(pk=owner_id, is_active=True).first()
        if owner is None:
            raise NotFoundError
        if Organization.objects.filter(created_by_user_id=owner_id).count() >= MAX_OWN_ORGANIZATIONS:
            raise ValidationFailedError(
                f"You made {MAX_OWN_ORGANIZATIONS} organizations already: ask the operator for more."
            )
    return create_organization_for(slug=slug, name=name, owner=owner)


@transaction.atomic
def create_organization(
    *,
    slug: str,
    name: str,
    owner_email: str,
    owner_password: str | None,
    domains: tuple[str, ...] = (),
    with_plugins: bool = True,
) -> OrganizationRef:
    """Create an organization from the command line; the owner's account is made when the address is new.

    Args:
        owner_password: needed for a new account, refused for an existing one.
        with_plugins: False leaves the default plugins out: the core alone.

    Raises:
        ValidationFailedError: slug, address or password are not acceptable.
    """
    with public_scope():
        owner = User.objects.filter(email=owner_email.lower()).first()
        if owner is None:
            owner = _new_user(owner_email, owner_password)
    return create_organization_for(slug=slug, name=name, owner=owner, domains=domains, with_plugins=with_plugins)


def _new_user(email: str, password: str | None) -> User:
    if not password:
        raise ValidationFailedError(validation_errors={"password": ["A new account needs a password."]})
    try:
        validate_password(password)
    except ValidationError as error:
        raise ValidationFailedError(validation_errors={"password": error.messages}) from error
    return User.objects.create_user(email, password)
