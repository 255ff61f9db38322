"""Looking for what is not as it should be, and putting right what can be put right without a loss.

The rows of an organization's schema are the truth; the index in `public` is repaired from them. Nothing here needs a
plugin's code, and nothing that holds data is deleted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from platform_core.events.services import record_audit
from platform_core.jobs.models import Job
from platform_core.members.models import Member
from platform_core.plugins.denying import DenyListError, read_deny_list
from platform_core.plugins.discovery import discover
from platform_core.plugins.errors import LockFileError
from platform_core.plugins.lock import lock_is_current, present_plugins, read_lock
from platform_core.plugins.models import Activation, ActivationState
from tenants import ddl
from tenants.digests import core_labels, migrations_digest
from tenants.models import MembershipIndex, SchemaState
from tenants.records import JobStatus
from tenants.scope import OrganizationRef, public_scope, tenant_scope

MIGRATIONS: Final = "django_migrations"
# A state that a job leads out of, and where it ends when the job is gone.
UNDER_WAY: Final = {
    ActivationState.ENABLING: ActivationState.ENABLE_FAILED,
    ActivationState.UPGRADING: ActivationState.UPGRADE_FAILED,
    ActivationState.DISABLING: ActivationState.ENABLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        check: stable name.
        organization: slug; empty for the installation as a whole.
        what: one sentence: what is wrong, and what to do.
        fixable: `--fix` puts it right.
        fixed: it was put right.
    """

    check: str
    what: str
    organization: str = ""
    plugin: str = ""
    fixable: bool = False
    fixed: bool = False


def check_installation(data_dir: Path | None = None) -> list[Finding]:
    """Compare the lock with what is installed, and name what is not let in."""
    folder = data_dir or Path(settings.TENON_DATA_DIR)
    try:
        lock, deny = read_lock(folder), read_deny_list(folder)
    except LockFileError as error:
        return [Finding(check="lock-damaged", what=str(error))]
    except DenyListError as error:
        return [Finding(check="deny-list-damaged", what=str(error))]
    found = [
        Finding(check="quarantined", plugin=item.slug, what=f"{item.slug} {item.version}: {item.reason}")
        for item in lock.quarantined
    ]
    here = {item.slug for item in present_plugins(lock)}
    found += [
        Finding(check="gone", plugin=item.slug, what=f"{item.slug} is locked and no longer installed; lock again.")
        for item in lock.accepted
        if item.slug not in here
    ]
    if not lock_is_current(lock, discover(), deny=deny.digest):
        text = "The lock is not of what is installed now: run `tenon plugins lock` and restart all processes."
        found.append(Finding(check="lock-drift", what=text))
    for item in lock.accepted:
        reason = deny.reason(item.slug, item.manifest.version if item.manifest is not None else item.version)
        if reason is not None:
            found.append(Finding(check="denied", plugin=item.slug, what=f"{item.slug} is loaded although {reason}"))
    return found


def check_organization(organization: OrganizationRef, *, fix: bool) -> list[Finding]:
    """Examine one organization, in one transaction.

    Args:
        fix: put right what is fixable.
    """
    with tenant_scope(organization), transaction.atomic():
        activations = list(Activation.objects.select_for_update().order_by("slug"))
        found = [
            *_lost_tables(activations),
            *_orphaned_tables(activations),
            *_poisoned_migrations(activations, fix=fix),
            *_stuck(activations, fix=fix),
            *_fleet_state(organization, activations, fix=fix),
            *_membership_index(organization, fix=fix),
        ]
        mended = [item.check for item in found if item.fixed]
        if mended:
            facts = {"checks": sorted(set(mended))}
            record_audit(
                actor=None, action="doctor.fixed", target_type="organization", target_id=organization.id, data=facts
            )
    return [replace(item, organization=organization.slug) for item in found]


def _lost_tables(activations: list[Activation]) -> Iterator[Finding]:
    here = set(ddl.tables_here())
    for row in activations:
        lost = [table for table in row.tables if table not in here]
        if lost:
            text = f"The tables {', '.join(lost)} of {row.slug} are gone; restore them, or purge the plugin."
            yield Finding(check="lost-tables", plugin=row.slug, what=text)


def _orphaned_tables(activations: list[Activation]) -> Iterator[Finding]:
    """Tables that neither the core nor any activation has: left by a distribution that was taken out by hand."""
    labels = core_labels()
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if _is_core(model, labels)}
    known |= {MIGRATIONS, *(table for row in activations for table in row.tables)}
    orphans = [table for table in ddl.tables_here() if table not in known]
    if orphans:
        names = ", ".join(orphans)
        text = f"Nobody owns {names}. Install what made them and enable it, or drop them by hand after a backup."
        yield Finding(check="orphaned-tables", what=text)


def _is_core(model: type, labels: frozenset[str]) -> bool:
    label: str = model._meta.app_label  # type: ignore[attr-defined]  # a model
    return label in labels


def _poisoned_migrations(activations: list[Activation], *, fix: bool) -> Iterator[Finding]:
    """Migration rows without the tables that they stand for: the plugin could never be enabled again."""
    here = ddl.tables_here()
    owned = {label for row in activations for label in row.app_labels} | core_labels()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT app, count(*) FROM {MIGRATIONS} GROUP BY app ORDER BY app")  # noqa: S608  (a constant)
        rows = [(app, count) for app, count in cursor.fetchall() if app not in owned]
        for app, count in rows:
            has_tables = any(table == app or table.startswith(f"{app}_") for table in here)
            if fix and not has_tables:
                cursor.execute(f"DELETE FROM {MIGRATIONS} WHERE app = %s", [app])  # noqa: S608  (a constant)
            rest = "its tables are still there" if has_tables else "none of its tables is there"
            text = f"{count} migrations of {app} are recorded and no activation knows it; {rest}."
            yield Finding(
                check="poisoned-migrations",
                plugin=app,
                what=text,
                fixable=not has_tables,
                fixed=fix and not has_tables,
            )


def _stuck(activations: list[Activation], *, fix: bool) -> Iterator[Finding]:
    for row in activations:
        ends_in = UNDER_WAY.get(ActivationState(row.state))
        if ends_in is None or _has_live_job(row.slug):
            continue
        text = f"{row.slug} is {row.state} and no job works on it; it becomes {ends_in}."
        if fix:
            row.state, row.error = ends_in, "The act was interrupted; try again."
            row.save(update_fields=["state", "error", "updated_at"])
        yield Finding(check="stuck", plugin=row.slug, what=text, fixable=True, fixed=fix)


def _has_live_job(slug: str) -> bool:
    live = Job.objects.filter(status__in=(JobStatus.QUEUED, JobStatus.RUNNING), args__0=slug)
    return live.filter(function__startswith="platform_core.plugins.jobs.").exists()


def _fleet_state(organization: OrganizationRef, activations: list[Activation], *, fix: bool) -> Iterator[Finding]:
    """The index of who has which plugin, from the activations; the digest decides who is upgraded."""
    truth = {row.slug: (row.version, row.state) for row in activations if row.version}
    with public_scope():
        state = SchemaState.objects.select_for_update().filter(organization_id=organization.id).first()
        if state is None:
            if fix:
                # An empty digest lags, so that `tenon migrate` looks at the schema itself.
                state = SchemaState.objects.create(organization_id=organization.id, core_digest="")
            text = "The organization has no fleet state; run `tenon migrate` afterwards."
            yield Finding(check="no-fleet-state", what=text, fixable=True, fixed=fix)
            if state is None:
                return
        index = {slug: (entry.get("version"), entry.get("state")) for slug, entry in state.plugins.items()}
        wrong = sorted(slug for slug in {*truth, *index} if truth.get(slug) != index.get(slug))
        if not wrong:
            return
        if fix:
            digests = {row.slug: migrations_digest(frozenset(row.app_labels)) for row in activations if row.app_labels}
            for slug in wrong:
                state.plugins.pop(slug, None)
                if slug in truth:
                    version, current = truth[slug]
                    state.plugins[slug] = {"version": version, "state": current, "digest": digests.get(slug, "")}
            state.save(update_fields=["plugins", "updated_at"])
        text = f"The index says otherwise than the organization about {', '.join(wrong)}."
        yield Finding(check="fleet-state", what=text, fixable=True, fixed=fix)


def _membership_index(organization: OrganizationRef, *, fix: bool) -> Iterator[Finding]:
    """The index of who belongs where, from the members."""
    truth = dict(Member.objects.filter(removed_at=None).values_list("pk", "role"))
    with public_scope():
        rows = MembershipIndex.objects.select_for_update().filter(organization_id=organization.id)
        index = dict(rows.values_list("user_id", "role"))
        if index == truth:
            return
        wrong = sorted(user for user in {*truth, *index} if truth.get(user) != index.get(user))
        if fix:
            rows.filter(user_id__in=wrong).delete()
            MembershipIndex.objects.bulk_create(
                MembershipIndex(organization_id=organization.id, user_id=user, role=truth[user])
                for user in wrong
                if user in truth
            )
        text = f"The index of memberships says otherwise than the organization about {len(wrong)} people."
        yield Finding(check="membership-index", what=text, fixable=True, fixed=fix)
