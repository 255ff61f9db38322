"""From a click to an act: checks at once what can be checked, then a job does it. Two acts at once are refused."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from platform_core.api.errors import ConflictError, NotFoundError, PayloadTooLargeError, ValidationFailedError
from platform_core.events.services import record_audit
from platform_core.files import organization_files
from platform_core.jobs.models import Job
from platform_core.jobs.queue import start_job_async_or_sync
from platform_core.jobs.registry import path_of
from platform_core.members.principal import Principal
from platform_core.plugins.jobs import (
    disable_plugin_job,
    enable_plugin_job,
    export_plugin_job,
    purge_plugin_job,
    restore_plugin_job,
)
from platform_core.plugins.models import Activation, ActivationState
from platform_core.plugins.queries.archives import archive_key
from platform_core.plugins.services.activation import locked_for_purge, refuse_needed
from platform_core.plugins.services.consents import plan_of_token
from platform_core.plugins.services.plans import plan_enable
from platform_core.plugins.services.restores import MAX_ARCHIVE_BYTES, check_upload
from tenants.records import JobStatus

LIVE = (JobStatus.QUEUED, JobStatus.RUNNING)
ACTS = (enable_plugin_job, disable_plugin_job, purge_plugin_job, export_plugin_job, restore_plugin_job)


@transaction.atomic
def request_enable(*, slug: str, plan_hash: str | None, consent: str | None, actor: Principal) -> UUID:
    """Have a job enable a plugin; returns the job's id.

    Args:
        plan_hash: of the plan that the member agrees to.
        consent: the signed text of that plan, which says so as well; both must agree where both are given.

    Raises:
        ValidationFailedError: neither is given, or the consent is not this member's.
        NotFoundError, ConflictError: it cannot be enabled, the plan is stale, or another act is under way.
    """
    agreed = _agreed_hash(slug, plan_hash, consent, actor)
    activation = _claim(slug)
    plan = plan_enable(slug)
    if plan.plan_hash != agreed:
        raise ConflictError(
            "The plan is stale: something changed since it was made. Look at the new plan.", data={"plugin": slug}
        )
    if plan.blockers:
        raise ConflictError(" ".join(plan.blockers), data={"plugin": slug, "blockers": list(plan.blockers)})
    if plan.action == "enable":
        activation.state = ActivationState.ENABLING
        activation.save(update_fields=["state", "updated_at"])
    return _start("enable", enable_plugin_job, slug, actor)


def _agreed_hash(slug: str, plan_hash: str | None, consent: str | None, actor: Principal) -> str:
    if consent is None and plan_hash is None:
        text = "Look at the plan and send its plan_hash or its consent: nothing is enabled unseen."
        raise ValidationFailedError(validation_errors={"plan_hash": [text]})
    if consent is None:
        return str(plan_hash)
    signed = plan_of_token(consent, slug=slug, actor=actor)
    if plan_hash is not None and plan_hash != signed:
        text = "The consent is to another plan than plan_hash names."
        raise ValidationFailedError(validation_errors={"consent": [text]})
    return signed


@transaction.atomic
def request_disable(*, slug: str, actor: Principal) -> UUID:
    """Have a job disable a plugin; raises as `request_enable`."""
    activation = _claim(slug)
    allowed = {ActivationState.ENABLED, ActivationState.ENABLE_FAILED, ActivationState.UPGRADE_FAILED}
    if activation.state not in allowed:
        raise ConflictError(
            f'Plugin "{slug}" is {activation.state}, not enabled.', data={"plugin": slug, "state": activation.state}
        )
    refuse_needed(slug)
    return _start("disable", disable_plugin_job, slug, actor)


@transaction.atomic
def request_purge_now(*, slug: str, confirm: str, actor: Principal) -> UUID:
    """Have a job purge a plugin without waiting for the retention time; raises as `request_enable`."""
    _claim(slug)
    locked_for_purge(slug, confirm)
    return _start("purge", purge_plugin_job, slug, actor)


@transaction.atomic
def request_export(*, slug: str, actor: Principal) -> UUID:
    """Have a job write the plugin's data into an archive; raises as `request_enable`."""
    activation = _there(slug)
    if not activation.version:
        raise ConflictError(f'Plugin "{slug}" has no data here: it is {activation.state}.', data={"plugin": slug})
    _claim(slug)
    return _start("export", export_plugin_job, slug, actor)


@transaction.atomic
def request_restore(*, slug: str, file: "UploadedFile[bytes]", replace: bool, actor: Principal) -> UUID:
    """Judge an uploaded archive, keep it, and have a job read the plugin's data from it.

    Raises:
        ValidationFailedError: it is no archive of this plugin; the rows themselves are judged by the job.
        NotFoundError, ConflictError: as `request_enable`.
    """
    _there(slug)
    if file.size is not None and file.size > MAX_ARCHIVE_BYTES:
        text = f"It has {file.size} bytes; {MAX_ARCHIVE_BYTES} are read."
        raise PayloadTooLargeError(validation_errors={"file": [text]})
    check_upload(file, slug=slug)
    _claim(slug)
    name = uuid4()
    store, key = organization_files(), archive_key(slug, name, upload=True)
    store.write(key, file.chunks())
    try:
        return _start("restore", restore_plugin_job, slug, actor, name.hex, replace)
    except BaseException:
        store.delete(key)
        raise


def _there(slug: str) -> Activation:
    row = Activation.objects.filter(pk=slug).first()
    if row is None:
        raise NotFoundError(f'Plugin "{slug[:40]}" has never been enabled here.')
    return row


def _start(what: str, act: Callable[..., Any], slug: str, actor: Principal, *more: Any) -> UUID:
    """Start the job and write down who asked, from where; the job's own entry says what came of it."""
    job = start_job_async_or_sync(act, slug, *more, actor.id, actor=actor)
    record_audit(
        actor=actor,
        action=f"plugin.{what}_requested",
        target_type="plugin",
        target_id=slug,
        data={"job": str(job)},
    )
    return job


def _claim(slug: str) -> Activation:
    """Lock the activation row and refuse when a job already acts on it.

    Raises:
        ConflictError: another act is under way.
    """
    Activation.objects.bulk_create([Activation(slug=slug)], ignore_conflicts=True)
    activation = Activation.objects.select_for_update().get(pk=slug)
    live = Job.objects.filter(function__in=[path_of(act) for act in ACTS], args__0=slug, status__in=LIVE).first()
    if live is not None:
        raise ConflictError(
            f'Plugin "{slug}" is being worked on by job {live.pk}.', data={"plugin": slug, "job": str(live.pk)}
        )
    return activation
