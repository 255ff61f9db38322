"""Starting what tidies files up, in each organization that keeps any."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, transaction

from platform_core.files import schemas_with_files
from platform_core.jobs.queue import start_job_async_or_sync
from tenants.models import organization_refs
from tenants.scope import public_scope, tenant_scope

logger = logging.getLogger(__name__)


def start_where_files_are(tidy: Callable[..., Any]) -> None:
    """Start a job in each organization that keeps files; one whose schema is broken keeps nobody else's waiting."""
    with public_scope():
        organizations = {ref.schema: ref for ref in organization_refs()}
    for schema in schemas_with_files():
        if schema not in organizations:
            continue
        try:
            with tenant_scope(organizations[schema]), transaction.atomic():
                start_job_async_or_sync(tidy)
        except DatabaseError:
            logger.exception("The files of organization %s cannot be tidied up", organizations[schema].slug)
