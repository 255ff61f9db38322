import uuid

import django.db.models.deletion
from django.db import migrations, models

import platform_core.sdk.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("members", "0003_identity"),
        ("tasks", "0007_annotation_of_member"),
    ]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "revision",
                    models.BigAutoField(
                        help_text="Number of the change, in the order of application.",
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("table", models.CharField(help_text="Name of the table in the register.", max_length=40)),
                ("key", models.CharField(help_text="Id of the row, as text.", max_length=64)),
                ("kind", models.CharField(help_text="created, updated or deleted.", max_length=10)),
                ("author", models.BigIntegerField(help_text="Id of the member who made it.")),
                ("created_at", models.DateTimeField(auto_now_add=True, help_text="When it was applied (UTC).")),
                ("updated_at", models.DateTimeField(auto_now=True, help_text="The same; rows never change.")),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["table", "key", "-revision"], name="orders_change_row")],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, help_text="Identifier.", primary_key=True, serialize=False
                    ),
                ),
                (
                    "total_cents",
                    models.PositiveBigIntegerField(help_text="What it costs, in cents, at the prices of its day."),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, help_text="When it was made (UTC).")),
                ("updated_at", models.DateTimeField(auto_now=True, help_text="When it was last changed (UTC).")),
                (
                    "customer",
                    platform_core.sdk.fields.CoreForeignKey(
                        help_text="Who ordered; null when their row is gone.", null=True, to="members.member"
                    ),
                ),
                (
                    "task",
                    platform_core.sdk.fields.CoreForeignKey(
                        help_text="The task that the order was read from, if any.", null=True, to="tasks.task"
                    ),
                ),
            ],
            options={
                "ordering": ("-created_at", "id"),
            },
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, help_text="Identifier.", primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(help_text="For people.", max_length=120)),
                ("price_cents", models.PositiveIntegerField(help_text="Price of one, in cents.")),
                (
                    "stock",
                    models.PositiveIntegerField(help_text="How many are there; the database refuses less than none."),
                ),
                ("active", models.BooleanField(default=True, help_text="Whether it can be ordered.")),
                ("created_at", models.DateTimeField(auto_now_add=True, help_text="When it was added (UTC).")),
                ("updated_at", models.DateTimeField(auto_now=True, help_text="When it was last changed (UTC).")),
            ],
            options={
                "ordering": ("name", "id"),
                "indexes": [models.Index(fields=["name", "id"], name="orders_product_by_name")],
            },
        ),
        migrations.CreateModel(
            name="OrderLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.PositiveIntegerField(help_text="How many.")),
                ("price_cents", models.PositiveIntegerField(help_text="Price of one when it was ordered, in cents.")),
                ("created_at", models.DateTimeField(auto_now_add=True, help_text="When it was made (UTC).")),
                ("updated_at", models.DateTimeField(auto_now=True, help_text="When it was last changed (UTC).")),
                (
                    "order",
                    models.ForeignKey(
                        help_text="The order.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="orders.order",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        help_text="What was ordered.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.product",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["-created_at", "id"], name="orders_order_latest"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=platform_core.sdk.fields.CoreForeignKeyConstraint(
                field="customer", name="orders_order_customer_fk", on_delete="SET NULL"
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=platform_core.sdk.fields.CoreForeignKeyConstraint(
                field="task", name="orders_order_task_fk", on_delete="SET NULL"
            ),
        ),
    ]
