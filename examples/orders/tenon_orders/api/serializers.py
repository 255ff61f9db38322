"""Bodies of the plugin's endpoints: what comes in, and what goes out."""

from typing import Any

from rest_framework import serializers

from platform_core.sdk.generics import BulkModelSerializer
from tenon_orders.models import Product


class ProductSerializer(BulkModelSerializer):
    """A product."""

    class Meta:
        model = Product
        fields = ("id", "name", "price_cents", "stock", "active")

    def validate_name(self, value: str) -> str:
        """Refuse a name of blanks."""
        if not value.strip():
            raise serializers.ValidationError("A product needs a name.")
        return value


class WantedLineSerializer(serializers.Serializer[Any]):
    """So many of one product."""

    product = serializers.UUIDField(help_text="The product.")
    quantity = serializers.IntegerField(min_value=1, max_value=100, help_text="How many.")


class CreateOrder(serializers.Serializer[Any]):
    """What somebody wants."""

    lines = serializers.ListField(
        child=WantedLineSerializer(), min_length=1, max_length=50, help_text="Each product once."
    )
    task = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, help_text="The task that the order was read from."
    )


class ProductNameSerializer(serializers.Serializer[Any]):
    """A product, in short."""

    id = serializers.UUIDField(help_text="Identifier.")
    name = serializers.CharField(help_text="For people.")


class OrderLineSerializer(serializers.Serializer[Any]):
    """A line of an order."""

    product = ProductNameSerializer(help_text="What was ordered.")
    quantity = serializers.IntegerField(help_text="How many.")
    price_cents = serializers.IntegerField(help_text="Price of one when it was ordered, in cents.")


class CustomerSerializer(serializers.Serializer[Any]):
    """Who ordered."""

    id = serializers.IntegerField(help_text="The member.")
    email = serializers.CharField(help_text="Their address.")


class OrderDetail(serializers.Serializer[Any]):
    """An order with its lines."""

    id = serializers.UUIDField(help_text="Identifier.")
    customer = CustomerSerializer(allow_null=True, help_text="Who ordered; null when their row is gone.")
    task = serializers.IntegerField(allow_null=True, help_text="The task that it was read from.")
    lines = OrderLineSerializer(many=True, help_text="What was ordered.")
    total_cents = serializers.IntegerField(help_text="What it costs, in cents.")
    created_at = serializers.DateTimeField(help_text="When it was made (UTC).")


class OutcomeSerializer(serializers.Serializer[Any]):
    """What became of a batch of changes."""

    applied = serializers.ListField(child=serializers.DictField(), help_text="index, table, key and revision of each.")
    conflicts = serializers.ListField(
        child=serializers.DictField(), help_text="Left out, because the row has this later revision."
    )
    errors = serializers.ListField(  # type: ignore[assignment]  # a field of this name hides the serializer's property
        child=serializers.DictField(), help_text="index, key and errors of each change that is wrong."
    )
    revision = serializers.IntegerField(help_text="Of the last change that there is.")
    changes = serializers.ListField(child=serializers.DictField(), help_text="Of others, beyond `since`.")
