"""Making, changing and deleting webhooks."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from platform_core.sdk.audit import record_audit
from platform_core.sdk.errors import ValidationFailedError
from platform_core.sdk.projects import visible_project
from platform_core.sdk.secrets import open_secret, save_secret
from platform_core.sdk.views import Principal
from tenon_webhooks.models import Webhook
from tenon_webhooks.queries import visible_webhook
from tenon_webhooks.services.hosts import check_host
from tenon_webhooks.services.targets import check_actions, check_headers, check_url
from tenon_webhooks.signing import new_secret

MAX_WEBHOOKS: Final = 100
OLD_SECRET_STAYS: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithSecret:
    """A webhook and its secret, which is shown this once."""

    webhook: Webhook
    secret: str


@transaction.atomic
def create_webhook(*, actor: Principal, project_id: int | None, values: dict[str, Any]) -> WithSecret:
    """Add a webhook of a project, or of the organization when `project_id` is None.

    Args:
        values: url, and any of send_payload, send_for_all_actions, actions, headers, is_active.

    Raises:
        NotFoundError: the project is not visible.
        ValidationFailedError: a value breaks a rule, or there are too many webhooks.
        PermissionDeniedError: the URL leads to an address that must not be called.
    """
    _check(values, project_id)
    if project_id is not None:
        visible_project(actor, project_id)
    if Webhook.objects.count() >= MAX_WEBHOOKS:
        raise ValidationFailedError(
            validation_errors={"non_field_errors": [f"An organization has at most {MAX_WEBHOOKS} webhooks."]}
        )
    webhook = Webhook.objects.create(project_id=project_id, created_by_id=actor.id, **values)
    secret = new_secret()
    save_secret(webhook, "secret", secret)
    _tell("created", webhook, actor, {"url_host": host_of(webhook.url), "project": project_id})
    return WithSecret(webhook=webhook, secret=secret)


@transaction.atomic
def update_webhook(*, actor: Principal, webhook_id: int, values: dict[str, Any]) -> Webhook:
    """Change what is given, and nothing else; switching it on forgets its failures. Raises as `create_webhook`."""
    webhook = _locked(actor, webhook_id)
    _check(values, webhook.project_id)
    changed = {name: value for name, value in values.items() if getattr(webhook, name) != value}
    if changed.get("is_active"):
        changed |= {"consecutive_failures": 0, "disabled_reason": ""}
    if changed:
        for name, value in changed.items():
            setattr(webhook, name, value)
        webhook.save(update_fields=[*changed, "updated_at"])
        _tell("updated", webhook, actor, {"fields": sorted(changed)})
    return webhook


@transaction.atomic
def delete_webhook(*, actor: Principal, webhook_id: int) -> None:
    """Delete a webhook with its log; what waits to be sent is not sent.

    Raises:
        NotFoundError: it is not visible.
    """
    webhook = _locked(actor, webhook_id)
    _tell("deleted", webhook, actor, {"url_host": host_of(webhook.url)})
    webhook.delete()


@transaction.atomic
def rotate_secret(*, actor: Principal, webhook_id: int) -> WithSecret:
    """Give a webhook a new secret; for a day the old one signs beside it.

    Raises:
        NotFoundError: it is not visible.
    """
    webhook = _locked(actor, webhook_id)
    save_secret(webhook, "previous_secret", open_secret(webhook, "secret"))
    webhook.previous_secret_until = timezone.now() + OLD_SECRET_STAYS
    webhook.save(update_fields=["previous_secret_until", "updated_at"])
    secret = new_secret()
    save_secret(webhook, "secret", secret)
    _tell("secret_rotated", webhook, actor, {})
    return WithSecret(webhook=webhook, secret=secret)


def secrets_in_use(webhook: Webhook) -> list[str]:
    """Return the secrets that sign what is sent now, the newest first."""
    found = [open_secret(webhook, "secret")]
    if webhook.previous_secret_until is not None and webhook.previous_secret_until > timezone.now():
        found.append(open_secret(webhook, "previous_secret"))
    return [secret for secret in found if secret]


def host_of(url: str) -> str:
    """Return the host of a URL, which is all of it that logs and the audit show: its path may be a secret."""
    return url.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2][:255]


def _locked(actor: Principal, webhook_id: int) -> Webhook:
    return Webhook.objects.select_for_update().get(pk=visible_webhook(actor, webhook_id).pk)


def _check(values: dict[str, Any], project_id: int | None) -> None:
    if "url" in values:
        check_url(values["url"])
        check_host(values["url"], project_id=project_id)
    check_headers(values.get("headers", {}))
    check_actions(values.get("actions", []))


def _tell(what: str, webhook: Webhook, actor: Principal, data: dict[str, Any]) -> None:
    record_audit(
        actor=actor, action=f"webhooks.{what}", target_type="webhooks.webhook", target_id=webhook.pk, data=data
    )
