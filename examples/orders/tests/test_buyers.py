"""Eight buyers at the same moment, with real commits."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection
from tenon_orders.models import Order, Product

from platform_core.sdk.testing.clients import client_of
from platform_core.sdk.testing.scopes import tenant_scope

BUYERS, STOCK = 8, 5


def test_no_more_is_sold_than_there_is(committed_organization, product_factory):
    with tenant_scope(committed_organization):
        products = [product_factory(stock=STOCK), product_factory(stock=BUYERS)]
    client, start = client_of(committed_organization), Barrier(BUYERS)

    def buy(number):
        # Half of them name the products the other way round, which must not make two wait for each other.
        wanted = products if number % 2 else products[::-1]
        lines = [{"product": str(product.pk), "quantity": 1} for product in wanted]
        try:
            start.wait()
            return client.post("/api/orders/orders/", {"lines": lines}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(BUYERS) as pool:
        answers = Counter(pool.map(buy, range(BUYERS)))

    assert answers == {201: STOCK, 409: BUYERS - STOCK}
    with tenant_scope(committed_organization):
        left = [Product.objects.get(pk=product.pk).stock for product in products]
        assert (left, Order.objects.count()) == ([0, BUYERS - STOCK], STOCK)
