"""Products, orders and their lines, in each organization's own schema."""

import uuid
from typing import ClassVar, Self

from django.db import models

from platform_core.sdk.changes import ChangeRecord
from platform_core.sdk.fields import CoreForeignKey, CoreForeignKeyConstraint, OnCoreDelete


class Product(models.Model):
    """Something that can be ordered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, help_text="Identifier.")
    name = models.CharField(max_length=120, help_text="For people.")
    price_cents = models.PositiveIntegerField(help_text="Price of one, in cents.")
    stock = models.PositiveIntegerField(help_text="How many are there; the database refuses less than none.")
    active = models.BooleanField(default=True, help_text="Whether it can be ordered.")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it was added (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When it was last changed (UTC).")

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        ordering = ("name", "id")
        indexes = [models.Index(fields=["name", "id"], name="orders_product_by_name")]

    def __str__(self) -> str:
        return self.name


class Order(models.Model):
    """What somebody has ordered; it stays when they leave, and when the task goes that it was read from."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, help_text="Identifier.")
    customer = CoreForeignKey("members.Member", null=True, help_text="Who ordered; null when their row is gone.")
    task = CoreForeignKey("tasks.Task", null=True, help_text="The task that the order was read from, if any.")
    total_cents = models.PositiveBigIntegerField(help_text="What it costs, in cents, at the prices of its day.")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it was made (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When it was last changed (UTC).")

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        ordering = ("-created_at", "id")
        indexes = [models.Index(fields=["-created_at", "id"], name="orders_order_latest")]
        constraints = [
            CoreForeignKeyConstraint(
                field="customer", name="orders_order_customer_fk", on_delete=OnCoreDelete.SET_NULL
            ),
            CoreForeignKeyConstraint(field="task", name="orders_order_task_fk", on_delete=OnCoreDelete.SET_NULL),
        ]

    def __str__(self) -> str:
        return f"order {self.pk}"


class OrderLine(models.Model):
    """So many of one product, at the price of the day."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", help_text="The order.")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", help_text="What was ordered.")
    quantity = models.PositiveIntegerField(help_text="How many.")
    price_cents = models.PositiveIntegerField(help_text="Price of one when it was ordered, in cents.")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it was made (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When it was last changed (UTC).")

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.quantity} of {self.pk}"


class Change(ChangeRecord):
    """Changes of products that clients have synchronized."""

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta(ChangeRecord.Meta):
        indexes = [models.Index(fields=["table", "key", "-revision"], name="orders_change_row")]

    def __str__(self) -> str:
        return f"change {self.pk}"
