"""Which hosts an organization, or one of its projects, lets its webhooks call: a setting of the plugin."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from platform_core.sdk import Issue
from platform_core.sdk.errors import ValidationFailedError
from platform_core.sdk.outbound import OutboundError, refuse_unless_allowed
from platform_core.sdk.settings import read_settings
from tenon_webhooks.models import Webhook

SLUG: Final = "webhooks"
MOST_SHOWN: Final = 20


def is_allowed(url: str, *, project_id: int | None) -> bool:
    """Say whether the setting lets a webhook of the organization, or of a project, call a URL."""
    return _matches(url, read_settings(SLUG, project_id=project_id)["allowed_hosts"])


def check_host(url: str, *, project_id: int | None) -> None:
    """Refuse a URL that the setting does not allow.

    Raises:
        ValidationFailedError: its host is not on the list.
    """
    if not is_allowed(url, project_id=project_id):
        text = f"{urlsplit(url).hostname} is not among the hosts that the settings of webhooks allow."
        raise ValidationFailedError(validation_errors={"url": [text]})


def try_settings(values: Mapping[str, Any], *, project_id: int | None) -> Sequence[Issue]:
    """Return what is wrong with settings: hosts that cannot be called, and webhooks that they would stop."""
    hosts = values["allowed_hosts"]
    found = [issue for host in hosts if not host.startswith("*.") and (issue := _unreachable(host)) is not None]
    rows = Webhook.objects.filter(is_active=True)
    if project_id is not None:
        rows = rows.filter(project_id=project_id)
    stopped = [hook.pk for hook in rows.order_by("pk") if not _matches(hook.url, hosts)]
    if stopped:
        ids = ", ".join(map(str, stopped[:MOST_SHOWN]))
        text = f"{len(stopped)} active webhooks call other hosts and would no longer be sent: {ids}."
        found.append(Issue(severity="warning", code="webhooks-stopped", message=text, key="allowed_hosts"))
    return found


def _unreachable(host: str) -> Issue | None:
    try:
        refuse_unless_allowed(f"https://{host}/")
    except OutboundError as error:
        text = f"{host} cannot be called: {error.detail}"
        return Issue(severity="error", code="host-not-callable", message=text, key="allowed_hosts")
    return None


def _matches(url: str, hosts: Sequence[str]) -> bool:
    name = (urlsplit(url).hostname or "").lower().rstrip(".")
    return not hosts or any(name == host or (host.startswith("*.") and name.endswith(host[1:])) for host in hosts)
