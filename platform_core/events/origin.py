"""Who acts and from where, as every audit entry says it."""

from typing import Any

from platform_core.api.request_id import current_client_address, current_request_id, current_user_agent
from platform_core.members.principal import Principal
from platform_core.plugins.acting import acting_plugin


def origin_of(actor: Principal | None) -> dict[str, Any]:
    """Return the columns of an audit entry that the request or job, its credential and its plugin give.

    Args:
        actor: who acts; None for the platform itself.
    """
    return {
        "actor_id": actor.id if actor is not None else None,
        "actor_email": actor.email if actor is not None else "",
        "credential": actor.credential if actor is not None else "",
        "credential_id": actor.credential_id if actor is not None else None,
        "plugin": acting_plugin(),
        "request_id": current_request_id(),
        "ip_address": current_client_address(),
        "user_agent": current_user_agent(),
    }
