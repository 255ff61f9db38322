"""After a change of the secret key: seal again, with the new key, what a former one sealed."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from platform_core.plugins.models import PluginSettings
from platform_core.plugins.services.settings import settings_place
from platform_core.sealed_fields import SealedTextField, place_of
from platform_core.sealing import SealedText, needs_resealing, seal, unseal


@transaction.atomic
def reseal_here() -> int:
    """Renew every secret of the organization in scope that a former key sealed: columns of rows and settings.

    Returns:
        How many were renewed.

    Raises:
        SealedTextError: a secret opens with no configured key; nothing is changed then.
    """
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    columns = [(model, field) for model, field in _columns() if model._meta.db_table in tables]
    return sum(_reseal_column(model, field) for model, field in columns) + _reseal_settings()


def _columns() -> Iterator[tuple[type[models.Model], str]]:
    shared = set(settings.SHARED_APPS)
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_config is not None and model._meta.app_config.name in shared:
            continue
        yield from ((model, field.attname) for field in model._meta.fields if isinstance(field, SealedTextField))


def _reseal_column(model: type[models.Model], field: str) -> int:
    renewed = 0
    rows = model._meta.base_manager.exclude(**{field: None}).select_for_update(of=("self",)).values_list("pk", field)
    for key, sealed in rows.iterator():
        if needs_resealing(sealed):
            place = place_of(model, field, key)
            model._meta.base_manager.filter(pk=key).update(**{field: seal(unseal(sealed, place=place), place=place)})
            renewed += 1
    return renewed


def _reseal_settings() -> int:
    renewed = 0
    for row in PluginSettings.objects.select_for_update().exclude(sealed={}):
        fresh: dict[str, Any] = {}
        for path, token in row.sealed.items():
            sealed, place = SealedText(token), settings_place(row.slug, path)
            if needs_resealing(sealed):
                fresh[path] = seal(unseal(sealed, place=place), place=place).token
        if fresh:
            row.sealed = {**row.sealed, **fresh}
            row.save(update_fields=["sealed", "updated_at"])
        renewed += len(fresh)
    return renewed
