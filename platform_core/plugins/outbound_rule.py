"""A plugin calls only the hosts that its manifest names, and of those that an upgrade added only those agreed to."""

from platform_core.outbound.callers import caller_rule
from platform_core.outbound.errors import OutboundRefusedError
from platform_core.plugins.acting import acting_plugin
from platform_core.plugins.consent import HOST_PREFIX, host_matches
from platform_core.plugins.loader import get_registry
from platform_core.plugins.queries.enabled import withheld_here
from tenants.scope import current_organization_or_none


@caller_rule
def refuse_undeclared_host(host: str) -> None:
    """Refuse a call of a plugin to a host that it has not declared, or that nobody here has agreed to.

    Raises:
        OutboundRefusedError: `data` names plugin and host.
    """
    slug = acting_plugin()
    plugin = get_registry().plugins.get(slug) if slug else None
    if plugin is None:
        return
    declared = plugin.manifest.outbound_hosts
    facts = {"plugin": slug, "host": host}
    if not host_matches(host, declared):
        raise OutboundRefusedError(
            f'Plugin "{slug}" may not call {host}: its manifest does not name it under outbound_hosts.', data=facts
        )
    if current_organization_or_none() is None:
        return
    withheld = {item.removeprefix(HOST_PREFIX) for item in withheld_here() if item.startswith(HOST_PREFIX)}
    if withheld and not host_matches(host, tuple(item for item in declared if item not in withheld)):
        raise OutboundRefusedError(
            f'Plugin "{slug}" may not call {host} yet: an upgrade asked for it and nobody has agreed.', data=facts
        )
