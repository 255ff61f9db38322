"""Batches of changes to several tables, for clients that work on their own and synchronize.

    class Change(ChangeRecord):                                    # a table of the plugin
        class Meta(ChangeRecord.Meta):
            indexes = [models.Index(fields=["table", "key", "-revision"], name="orders_change_row")]

    REGISTER = ChangeRegister(
        name="orders",
        records=Change,
        tables={"product": ChangeTable(resource=Products, permissions={"created": "orders.products.change", ...})},
    )
    REGISTER.apply(principal=self.principal, **self.validated(request)).as_json()    # input: ChangeBatchSerializer

A batch is applied under a lock, grouped by table and kind in the order of the client, numbered at application. A change
whose row has a later number than the client's `base` is reported as a conflict and left out.
"""

from platform_core.api.changes import (
    Applied,
    BatchOutcome,
    ChangeBatchSerializer,
    ChangeRecord,
    ChangeRegister,
    ChangeSerializer,
    ChangeTable,
    Conflict,
)

__all__ = [
    "Applied",
    "BatchOutcome",
    "ChangeBatchSerializer",
    "ChangeRecord",
    "ChangeRegister",
    "ChangeSerializer",
    "ChangeTable",
    "Conflict",
]
