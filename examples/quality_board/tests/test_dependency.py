"""What the platform refuses so that a plugin never runs without the one that it needs."""

from platform_core.sdk.testing.scopes import tables_of

PLUGIN, BOARD = "/api/plugins/quality/", "/api/plugins/quality_board/"


def act(client, place, verb, **body):
    return client.post(f"{place}{verb}/?wait=60", body)


def enable(client, place):
    return act(client, place, "enable", plan_hash=client.get(f"{place}plan/").json()["plan_hash"])


def test_enabling_without_the_dependency_is_refused_with_the_reason(organization, api_client):
    refused = enable(api_client, BOARD)

    assert refused.status_code == 409
    assert refused.json()["data"]["blockers"] == ['It needs plugin "quality", which is available here.']
    assert tables_of(organization, "quality_board") == []
    assert enable(api_client, PLUGIN).status_code == 200
    assert enable(api_client, BOARD).status_code == 200
    assert tables_of(organization, "quality_board") == ["quality_board_pin"]


def test_enabling_with_the_dependency_disabled_is_refused(organization, enable, api_client):
    enable(organization, "quality")
    assert act(api_client, PLUGIN, "disable").status_code == 200

    plan = api_client.get(f"{BOARD}plan/").json()
    assert plan["blockers"] == ['It needs plugin "quality", which is disabled here.']
    assert plan["depends"] == [{"slug": "quality", "state": "disabled"}]


def test_dependency_cannot_be_disabled_while_it_is_needed(enabled, api_client):
    refused = act(api_client, PLUGIN, "disable")

    assert (refused.status_code, refused.json()["data"]["needed_by"]) == (409, ["quality_board"])
    assert api_client.get("/api/quality/notes/").status_code == 200
    assert act(api_client, BOARD, "disable").status_code == 200
    assert act(api_client, PLUGIN, "disable").status_code == 200


def test_purge_goes_from_the_dependent_to_the_dependency(enabled, organization, api_client):
    for place in (BOARD, PLUGIN):
        act(api_client, place, "disable")
    refused = act(api_client, PLUGIN, "purge", confirm="quality", force=True)

    assert (refused.status_code, refused.json()["data"]["needed_by"]) == (409, ["quality_board"])
    assert tables_of(organization, "quality") == ["quality_board_pin", "quality_contribution", "quality_note"]
    for place, slug in ((BOARD, "quality_board"), (PLUGIN, "quality")):
        assert act(api_client, place, "purge", confirm=slug, force=True).status_code == 200
    assert tables_of(organization, "quality") == []


def test_second_organization_gets_the_same_tables_from_the_cached_scripts(enabled, other_organization, make_client):
    client = make_client(other_organization)

    assert [enable(client, place).status_code for place in (PLUGIN, BOARD)] == [200, 200]
    assert tables_of(other_organization, "quality") == tables_of(enabled, "quality")
    assert client.get("/api/quality_board/pins/").json()["count"] == 0
