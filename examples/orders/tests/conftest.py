"""Factories, and a few products. `enabled`, `api_client` and the like come with `platform_core.sdk.testing`."""

import factory
import pytest
from tenon_orders.models import Product

from platform_core.sdk.testing.scopes import tenant_scope


class ProductFactory(factory.django.DjangoModelFactory):
    """A product of which there are ten."""

    class Meta:
        model = Product

    name = factory.Sequence(lambda number: f"Product {number}")
    price_cents = 2999
    stock = 10


@pytest.fixture
def product_factory():
    """Return the factory, for tests that choose their scope themselves."""
    return ProductFactory


@pytest.fixture
def make_product(enabled):
    """Return a function that makes a product in the first organization, or in another one."""

    def make(organization=enabled, **values):
        with tenant_scope(organization):
            return ProductFactory(**values)

    return make


@pytest.fixture
def stock_of():
    """Return a function that says how many there are."""

    def read(organization, *products):
        with tenant_scope(organization):
            return [Product.objects.get(pk=product.pk).stock for product in products]

    return read
