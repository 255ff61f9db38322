"""Starting what tidies files up, in each organization that keeps any."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, transaction

from platform_core.files import organizations_with_files
from platform_core.jobs.queue import start_job_async_or_sync
from tenants.scope import tenant_scope

logger = logging.getLogger(__name__)


def start_where_files_are(tidy: Callable[..., Any]) -> None:
    """Start a job in each organization that keeps files; one whose schema is broken keeps nobody else's waiting."""
    for organization in organizations_with_files():
        try:
            with tenant_scope(organization), transaction.atomic():
                start_job_async_or_sync(tidy)
        except DatabaseError:
            logger.exception("The files of organization %s cannot be tidied up", organization.slug)
