"""Batches of changes to several tables, as a client makes them that has worked on its own for a while.

A batch is applied under a lock of its register, in the order of the client, neighbours of one table and kind together.
Each change gets its number when it is applied, so numbers grow in the order in which others see them. A change to a row
that somebody has changed since the client looked is a conflict: it is left out and reported, nothing is lost.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal

from django.db import connection, models, transaction
from rest_framework import serializers

from platform_core.api.bulk import BulkOutcome, BulkResource, ItemError
from platform_core.api.errors import PayloadTooLargeError, PermissionDeniedError, ValidationFailedError
from platform_core.members.principal import Principal
from tenants.scope import current_schema

MOST_CHANGES = 1000
Kind = Literal["created", "updated", "deleted"]


class ChangeRecord(models.Model):
    """One applied change; a plugin derives its own table from it."""

    revision = models.BigAutoField(primary_key=True, help_text="Number of the change, in the order of application.")
    table = models.CharField(max_length=40, help_text="Name of the table in the register.")
    key = models.CharField(max_length=64, help_text="Id of the row, as text.")
    kind = models.CharField(max_length=10, help_text="created, updated or deleted.")
    author = models.BigIntegerField(help_text="Id of the member who made it.")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it was applied (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="The same; rows never change.")

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["table", "key", "-revision"], name="%(app_label)s_%(class)s_row")]


class ChangeSerializer(serializers.Serializer[Any]):
    """One change of a batch."""

    table = serializers.CharField(max_length=40, help_text="Name of the table.")
    kind = serializers.ChoiceField(choices=["created", "updated", "deleted"], help_text="What is to be done.")
    key = serializers.JSONField(required=False, allow_null=True, default=None, help_text="Id of the row.")
    values = serializers.DictField(required=False, default=dict, help_text="Field to value.")
    base = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=0, max_value=2**63 - 1,
        help_text="Revision that the client had seen last; a later one of the row is a conflict. Null: do not ask.",
    )  # fmt: skip


class ChangeBatchSerializer(serializers.Serializer[Any]):
    """A batch."""

    changes = ChangeSerializer(many=True, help_text="What to do, in this order.")
    since = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=0, max_value=2**63 - 1,
        help_text="Answer with the changes beyond this revision; null for none.",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A change that was applied: its place in the batch, its row and its number."""

    index: int
    table: str
    key: Any
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A change that was left out because the row has changed since: its place, its row, and the row's revision."""

    index: int
    table: str
    key: Any
    revision: int


@dataclass(slots=True, kw_only=True)
class BatchOutcome:
    """What became of a batch; every change is in exactly one of the first three lists.

    Attributes:
        revision: of the last change that there is, of anybody.
        changes: what happened beyond the client's `since`, oldest first, at most 1,000; the client asks again from the
            last one's revision on when there are so many.
    """

    applied: list[Applied] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    errors: list[ItemError] = field(default_factory=list)
    revision: int = 0
    changes: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the answer."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTable:
    """A table of a register: what writes its rows, and the codenames that the kinds ask for."""

    resource: type[BulkResource]
    permissions: Mapping[Kind, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRegister:
    """The tables that one kind of client keeps in step.

    Attributes:
        name: of the lock; begins with the plugin's slug.
        records: model that derives from `ChangeRecord`.
        tables: by the name that clients use.
    """

    name: str
    records: type[ChangeRecord]
    tables: Mapping[str, ChangeTable]

    @transaction.atomic
    def apply(self, *, principal: Principal, changes: Sequence[Mapping[str, Any]], since: int | None) -> BatchOutcome:
        """Apply what can be applied.

        Args:
            changes: as `ChangeSerializer` has checked them.

        Raises:
            PayloadTooLargeError: there are more than 1,000 changes.
            PermissionDeniedError: the member may not do one of the kinds to one of the tables; nothing is applied.
        """
        if len(changes) > MOST_CHANGES:
            raise PayloadTooLargeError(f"There are {len(changes)} changes; {MOST_CHANGES} fit into one batch.")
        outcome = BatchOutcome()
        listed = self._known(principal, changes, outcome)
        with connection.cursor() as cursor:
            # Until the commit: numbers are given in the order in which others see the changes.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{current_schema()}:{self.name}"])
        for group in _groups(listed):
            first = group[0][1]
            self._apply_group(principal, first["table"], first["kind"], group, outcome)
        last = self.records.objects.order_by("-revision").values_list("revision", flat=True).first()
        outcome.revision = last or 0
        outcome.changes = self._since(since, outcome)
        return outcome

    def _known(
        self, principal: Principal, changes: Sequence[Mapping[str, Any]], outcome: BatchOutcome
    ) -> list[tuple[int, Mapping[str, Any]]]:
        found = []
        for index, change in enumerate(changes):
            table = self.tables.get(change["table"])
            if table is None or change["kind"] not in table.permissions:
                known = ", ".join(sorted(self.tables)) if table is None else ", ".join(table.permissions)
                name = "table" if table is None else "kind"
                message = f"{change[name]!r} is none of {known}."
                outcome.errors.append(ItemError(index=index, key=change["key"], errors={name: [message]}))
                continue
            codename = table.permissions[change["kind"]]
            if not principal.can(codename):
                raise PermissionDeniedError(data={"permission": codename})
            found.append((index, change))
        return found

    def _apply_group(
        self,
        principal: Principal,
        table: str,
        kind: Kind,
        group: list[tuple[int, Mapping[str, Any]]],
        outcome: BatchOutcome,
    ) -> None:
        free = self._without_conflicts(table, kind, group, outcome)
        if not free:
            return
        places = [index for index, _change in free]
        try:
            done = self._write(self.tables[table].resource(principal), kind, [change for _index, change in free])
        except ValidationFailedError as refusal:
            # What the table itself refuses is told of each change of the group; none of it was written.
            outcome.errors += [
                ItemError(index=index, key=change["key"], errors={"non_field_errors": [refusal.detail]})
                for index, change in free
            ]
            return
        outcome.errors += [
            ItemError(index=places[error.index], key=error.key, errors=error.errors) for error in done.errors
        ]
        rows = [(places[index], row if kind == "deleted" else row.pk) for index, row in done.rows]
        records = self.records.objects.bulk_create(
            [self.records(table=table, key=str(key), kind=kind, author=principal.id) for _place, key in rows]
        )
        outcome.applied += [
            Applied(index=place, table=table, key=key, revision=record.revision)
            for (place, key), record in zip(rows, records, strict=True)
        ]

    def _without_conflicts(
        self, table: str, kind: Kind, group: list[tuple[int, Mapping[str, Any]]], outcome: BatchOutcome
    ) -> list[tuple[int, Mapping[str, Any]]]:
        if kind == "created":
            return group
        keys = {str(change["key"]) for _index, change in group}
        rows = self.records.objects.filter(table=table, key__in=keys).values("key")
        latest = dict(rows.annotate(last=models.Max("revision")).values_list("key", "last"))
        own = {(str(item.key), item.revision) for item in outcome.applied if item.table == table}
        free = []
        for index, change in group:
            last = latest.get(str(change["key"]), 0)
            if change["base"] is not None and last > change["base"] and (str(change["key"]), last) not in own:
                outcome.conflicts.append(Conflict(index=index, table=table, key=change["key"], revision=last))
            else:
                free.append((index, change))
        return free

    @staticmethod
    def _write(resource: BulkResource, kind: Kind, changes: list[Mapping[str, Any]]) -> BulkOutcome:
        if kind == "created":
            return resource.bulk_create([change["values"] for change in changes], partial=True)
        if kind == "updated":
            return resource.bulk_update([{**change["values"], "id": change["key"]} for change in changes], partial=True)
        return resource.bulk_delete([change["key"] for change in changes], partial=True)

    def _since(self, since: int | None, outcome: BatchOutcome) -> list[dict[str, Any]]:
        if since is None:
            return []
        own = [item.revision for item in outcome.applied]
        rows = self.records.objects.filter(revision__gt=since).exclude(revision__in=own).order_by("revision")
        return list(rows.values("revision", "table", "key", "kind", "author")[:MOST_CHANGES])


def _groups(listed: list[tuple[int, Mapping[str, Any]]]) -> Iterator[list[tuple[int, Mapping[str, Any]]]]:
    """Yield neighbours of one table and kind; a row that is named again begins a new group, to be changed again."""
    group: list[tuple[int, Mapping[str, Any]]] = []
    keys: set[str] = set()
    for place, change in listed:
        kind, key = (change["table"], change["kind"]), str(change["key"])
        again = change["kind"] != "created" and key in keys
        if group and (again or kind != (group[0][1]["table"], group[0][1]["kind"])):
            yield group
            group, keys = [], set()
        group.append((place, change))
        keys.add(key)
    if group:
        yield group
