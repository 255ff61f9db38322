SYNC = "/api/orders/sync/"
NEW = {"name": "Feeder", "price_cents": 2999, "stock": 3}


def change(kind, key=None, base=None, **values):
    return {"table": "product", "kind": kind, "key": key, "values": values, "base": base}


def test_batch_is_applied_in_order_and_numbered(enabled, api_client):
    first = api_client.post(
        SYNC, {"changes": [change("created", **NEW), change("created", **NEW, active=False)]}
    ).json()
    feeder, other = [item["key"] for item in first["applied"]]
    second = api_client.post(
        SYNC,
        {
            "changes": [
                change("updated", feeder, first["revision"], stock=4),
                change("updated", feeder, first["revision"], stock=5),
                change("deleted", other, first["revision"]),
            ]
        },
    ).json()

    assert [item["revision"] for item in first["applied"] + second["applied"]] == sorted(
        item["revision"] for item in first["applied"] + second["applied"]
    )
    assert (second["conflicts"], second["errors"], len(second["applied"])) == ([], [], 3)
    (row,) = api_client.get("/api/orders/products/").json()["results"]
    assert (row["id"], row["stock"]) == (feeder, 5)


def test_change_that_somebody_else_was_quicker_with_is_a_conflict(enabled, api_client, make_client):
    made = api_client.post(SYNC, {"changes": [change("created", **NEW)]}).json()
    key, seen = made["applied"][0]["key"], made["revision"]
    quicker = make_client(enabled, role="MA").post(SYNC, {"changes": [change("updated", key, seen, stock=1)]}).json()
    late = api_client.post(SYNC, {"changes": [change("updated", key, seen, stock=9)], "since": seen}).json()

    assert late["applied"] == []
    assert late["conflicts"] == [{"index": 0, "table": "product", "key": key, "revision": quicker["revision"]}]
    assert [(item["revision"], item["kind"]) for item in late["changes"]] == [(quicker["revision"], "updated")]
    assert api_client.get("/api/orders/products/").json()["results"][0]["stock"] == 1


def test_wrong_changes_are_reported_and_the_others_applied(enabled, api_client):
    batch = [
        change("created", name="Feeder"),
        {**change("created", **NEW), "table": "rocket"},
        change("created", **NEW),
        change("deleted", "no id"),
    ]
    outcome = api_client.post(SYNC, {"changes": batch}).json()

    assert sorted((error["index"], sorted(error["errors"])) for error in outcome["errors"]) == [
        (0, ["price_cents", "stock"]),
        (1, ["table"]),
        (3, ["id"]),
    ]
    assert [item["index"] for item in outcome["applied"]] == [2]


def test_member_without_the_permission_applies_nothing(enabled, make_client):
    annotator = make_client(enabled, role="AN")

    assert annotator.post(SYNC, {"changes": [change("created", **NEW)]}).status_code == 403
    assert annotator.post(SYNC, {"changes": [], "since": 0}).json()["changes"] == []


def test_ordered_product_that_is_deleted_is_an_error_of_that_change(api_client, make_product):
    product = str(make_product().pk)
    api_client.post("/api/orders/orders/", {"lines": [{"product": product, "quantity": 1}]})

    outcome = api_client.post(SYNC, {"changes": [change("deleted", product), change("created", **NEW)]}).json()
    assert ([error["index"] for error in outcome["errors"]], len(outcome["applied"])) == ([0], 1)
