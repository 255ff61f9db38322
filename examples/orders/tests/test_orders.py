import csv
import io
import uuid

import pytest
from tenon_orders.models import Order

from platform_core.sdk.testing.clients import anonymous_client
from platform_core.sdk.testing.scopes import records_of, tenant_scope

ORDERS = "/api/orders/orders/"


def wanting(*lines, **more):
    return {"lines": [{"product": str(product.pk), "quantity": quantity} for product, quantity in lines], **more}


def test_order_takes_from_the_stock_and_is_told_of(enabled, api_client, make_product, stock_of):
    feeder, seeds = make_product(name="Feeder", price_cents=2999), make_product(name="Seeds", price_cents=350, stock=5)
    made = api_client.post(ORDERS, wanting((feeder, 2), (seeds, 5)))

    assert made.status_code == 201, made.content
    order = made.json()
    assert (order["total_cents"], order["customer"]["id"]) == (2 * 2999 + 5 * 350, api_client.member.pk)
    assert [(line["product"]["name"], line["quantity"]) for line in order["lines"]] == [("Feeder", 2), ("Seeds", 5)]
    assert stock_of(enabled, feeder, seeds) == [8, 0]
    assert api_client.get(f"{ORDERS}{order['id']}/").json() == order
    (event,) = records_of(enabled).events("orders.order.created")
    assert (event["order"], event["total_cents"]) == (order["id"], order["total_cents"])
    assert len(records_of(enabled).audit("orders.order.created")) == 1


def test_shortage_is_a_conflict_that_changes_nothing(enabled, api_client, make_product, stock_of):
    feeder, seeds = make_product(), make_product(name="Seeds", stock=1)
    refused = api_client.post(ORDERS, wanting((feeder, 2), (seeds, 2)))

    body = refused.json()
    assert (refused.status_code, body["code"]) == (409, "insufficient_stock")
    assert body["data"] == {"product": str(seeds.pk), "wanted": 2, "stock": 1}
    assert "There are 1 of 'Seeds', and 2 were ordered." in body["detail"]
    assert stock_of(enabled, feeder, seeds) == [10, 1]
    with tenant_scope(enabled):
        assert not Order.objects.exists()
    assert records_of(enabled).events("orders.order.created") == []


@pytest.mark.parametrize("quantity", [0, 101, -1, "many"])
def test_quantity_outside_its_bounds_is_refused(api_client, make_product, quantity):
    assert api_client.post(ORDERS, wanting((make_product(), quantity))).status_code == 400


def test_products_that_cannot_be_ordered_are_named(api_client, make_product):
    gone, twice = make_product(active=False), make_product()
    unknown = {"lines": [{"product": str(uuid.uuid4()), "quantity": 1}]}

    assert str(gone.pk) in str(api_client.post(ORDERS, wanting((gone, 1))).json()["validation_errors"])
    assert "named twice" in str(api_client.post(ORDERS, wanting((twice, 1), (twice, 2))).json()["validation_errors"])
    assert (api_client.post(ORDERS, unknown).status_code, api_client.post(ORDERS, {"lines": []}).status_code) == (
        400,
        400,
    )


def test_jwt_orders_and_nobody_does_not(enabled, api_client, make_product):
    body = wanting((make_product(), 1))
    refresh = api_client.post("/api/token/", {}).json()["token"]
    nobody = anonymous_client(enabled)
    access = nobody.post("/api/token/refresh/", {"refresh": refresh}, format="json").json()["access"]

    assert nobody.post(ORDERS, body, format="json").status_code == 401
    made = nobody.post(ORDERS, body, format="json", HTTP_AUTHORIZATION=f"Bearer {access}")
    assert made.status_code == 201, made.content


def test_members_see_their_own_orders_and_managers_all(enabled, make_client, make_product):
    annotator, manager = make_client(enabled, role="AN"), make_client(enabled, role="MA")
    product = make_product()
    own = annotator.post(ORDERS, wanting((product, 1))).json()["id"]
    other = manager.post(ORDERS, wanting((product, 1))).json()["id"]

    assert [order["id"] for order in annotator.get(ORDERS).json()["results"]] == [own]
    assert [order["id"] for order in manager.get(ORDERS).json()["results"]] == [other, own]
    assert annotator.get(f"{ORDERS}{other}/").status_code == 404


@pytest.mark.parametrize("orders", [1, 3])
def test_list_of_orders_takes_the_same_queries_however_long_it_is(
    api_client, make_product, orders, steady_gate, django_assert_num_queries
):
    for _ in range(orders):
        api_client.post(ORDERS, wanting((make_product(), 1), (make_product(), 1)))
    api_client.get(ORDERS)

    with django_assert_num_queries(3):  # number, rows, lines
        assert api_client.get(ORDERS).json()["count"] == orders


def test_order_of_another_organization_is_not_there(
    enabled, other_organization, enable, api_client, make_client, make_product
):
    order = api_client.post(ORDERS, wanting((make_product(), 1))).json()["id"]
    assert make_client(other_organization).get(f"{ORDERS}{order}/").status_code == 404
    enable(other_organization, "orders")

    elsewhere = make_client(other_organization)
    assert elsewhere.get(f"{ORDERS}{order}/").status_code == 404
    assert elsewhere.get(ORDERS).json()["count"] == 0
    assert elsewhere.post(ORDERS, wanting((make_product(), 1))).status_code == 400


def test_packing_list_has_the_orders_of_the_tasks(enabled, api_client, make_product):
    project = api_client.post("/api/projects/", {"title": "Forms"}).json()["id"]
    report = api_client.post(
        f"/api/projects/{project}/import?return_task_ids=1", [{"text": "2 feeders, please"}]
    ).json()
    (task,) = report["task_ids"]
    order = api_client.post(ORDERS, wanting((make_product(name="=Feeder"), 2), task=task)).json()

    answer = api_client.get(f"/api/projects/{project}/export?export_type=orders.packing_list&download_all_tasks=true")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert rows == [
        {"task": str(task), "order": order["id"], "product": "'=Feeder", "quantity": "2", "price_cents": "2999"}
    ]
    assert api_client.delete(f"/api/tasks/{task}/").status_code == 204
    assert api_client.get(f"{ORDERS}{order['id']}/").json()["task"] is None
