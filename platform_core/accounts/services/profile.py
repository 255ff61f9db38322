"""Changing one's own account: name, profile, and how dates and numbers are shown."""

from typing import Any

from django.db import transaction

from platform_core.accounts.models import User
from platform_core.accounts.services.audit import record_account_audit
from platform_core.api.errors import NotFoundError
from tenants.outbox import write_global_event
from tenants.scope import public_scope


@transaction.atomic
def change_profile(*, user_id: int, values: dict[str, Any]) -> User:
    """Change fields of an account; organizations keep the name they copied until the member changes it there.

    Raises:
        NotFoundError: the account is gone.
    """
    with public_scope():
        user = User.objects.select_for_update().filter(pk=user_id, is_active=True).first()
        if user is None:
            raise NotFoundError("The account does not exist any more.")
        changed = {name: value for name, value in values.items() if getattr(user, name) != value}
        if changed:
            for name, value in changed.items():
                setattr(user, name, value)
            user.save(update_fields=[*changed, "updated_at"])
            record_account_audit(user=user, action="account.profile_changed", data={"fields": sorted(changed)})
            write_global_event(type="account.profile_changed", payload={"member": user.pk, "fields": sorted(changed)})
    return user
