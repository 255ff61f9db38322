import uuid

import pytest
from tenon_orders.models import Product

from platform_core.sdk.testing.scopes import records_of, tenant_scope

PRODUCTS = "/api/orders/products/"
NEW = {"name": "Feeder", "price_cents": 2999, "stock": 3}


def test_products_are_added_changed_and_deleted_in_bulk(enabled, api_client):
    made = api_client.post(f"{PRODUCTS}bulk_create/", [NEW, {**NEW, "name": "Seeds"}])
    assert (made.status_code, made.json()["errors"]) == (201, [])
    feeder, seeds = [row["id"] for row in made.json()["results"]]

    changed = api_client.patch(f"{PRODUCTS}bulk_update/", [{"id": seeds, "stock": 9}, {"id": feeder, "name": "House"}])
    assert [(row["id"], row["name"], row["stock"]) for row in changed.json()["results"]] == [
        (seeds, "Seeds", 9),
        (feeder, "House", 3),
    ]
    assert [row["name"] for row in api_client.get(PRODUCTS).json()["results"]] == ["House", "Seeds"]
    deleted = api_client.delete(f"{PRODUCTS}bulk_delete/", [seeds])
    assert (deleted.status_code, deleted.json()) == (200, {"results": [seeds], "errors": []})
    assert [len(records_of(enabled).audit(f"orders.products.{what}")) for what in ("added", "changed", "deleted")] == [
        1,
        1,
        1,
    ]


def test_one_wrong_item_is_named_and_nothing_is_written(enabled, api_client):
    refused = api_client.post(f"{PRODUCTS}bulk_create/", [NEW, {**NEW, "name": " ", "stock": -1}])

    body = refused.json()
    assert (refused.status_code, sorted(body["validation_errors"])) == (400, ["1.name", "1.stock"])
    assert [(item["index"], sorted(item["errors"])) for item in body["data"]["items"]] == [(1, ["name", "stock"])]
    with tenant_scope(enabled):
        assert not Product.objects.exists()


def test_what_is_right_is_written_when_that_is_asked_for(enabled, api_client):
    made = api_client.post(f"{PRODUCTS}bulk_create/?partial=true", [NEW, {"name": "Seeds"}, "no product"])

    body = made.json()
    assert (made.status_code, [row["name"] for row in body["results"]]) == (201, ["Feeder"])
    assert [(error["index"], sorted(error["errors"])) for error in body["errors"]] == [
        (1, ["price_cents", "stock"]),
        (2, ["non_field_errors"]),
    ]


@pytest.mark.parametrize("key", [str(uuid.uuid4()), "no id", 5, None, True, ["x"]])
def test_change_of_what_is_not_there_is_refused(api_client, make_product, key):
    here = str(make_product().pk)
    refused = api_client.patch(f"{PRODUCTS}bulk_update/", [{"id": here, "stock": 1}, {"id": key, "stock": 1}])
    gone = api_client.delete(f"{PRODUCTS}bulk_delete/?partial=1", [key])

    assert (refused.status_code, list(refused.json()["validation_errors"])) == (400, ["1.id"])
    assert (gone.status_code, [error["index"] for error in gone.json()["errors"]]) == (200, [0])


def test_bodies_that_are_no_list_or_too_long_are_refused(api_client, enabled):
    assert api_client.post(f"{PRODUCTS}bulk_create/", {"name": "Feeder"}).status_code == 400
    assert api_client.post(f"{PRODUCTS}bulk_create/", [NEW] * 1001).status_code == 413


def test_item_that_is_named_twice_is_refused(api_client, make_product):
    item = {"id": str(make_product().pk), "stock": 1}

    assert "named twice" in api_client.patch(f"{PRODUCTS}bulk_update/", [item, item]).json()["detail"]


@pytest.mark.parametrize("number", [1, 3])
def test_number_of_statements_does_not_depend_on_the_number_of_items(
    api_client, make_product, number, steady_gate, django_assert_max_num_queries
):
    items = [{"id": str(make_product().pk), "stock": 1} for _ in range(number)]
    api_client.get(PRODUCTS)

    with django_assert_max_num_queries(9):
        assert api_client.patch(f"{PRODUCTS}bulk_update/", items).status_code == 200


def test_ordered_product_is_not_deleted(api_client, make_product):
    product = str(make_product().pk)
    assert api_client.post("/api/orders/orders/", {"lines": [{"product": product, "quantity": 1}]}).status_code == 201

    refused = api_client.delete(f"{PRODUCTS}bulk_delete/", [product])
    assert (refused.status_code, "set `active` to false" in refused.json()["detail"]) == (400, True)


def test_annotators_may_not_change_products(enabled, make_client):
    annotator = make_client(enabled, role="AN")

    assert annotator.get(PRODUCTS).status_code == 200
    assert annotator.post(f"{PRODUCTS}bulk_create/", [NEW]).status_code == 403
