from tools.site import rest_pages, write_sources


def test_sources_are_the_pages_of_the_repository_and_all_stand_in_the_contents(tmp_path):
    pages = write_sources(tmp_path)
    contents = (tmp_path / "index.md").read_text()

    assert {"README.md", "docs/tutorials/orders.md", "docs/reference/hooks/register_routes.md"} <= set(pages)
    assert [page for page in pages if f"\n{page.removesuffix('.md')}\n" not in contents] == []


def test_rest_reference_has_every_operation_of_the_core():
    text = "\n".join(rest_pages().values())

    assert "`GET /api/projects/`" in text
    assert "`POST /api/plugins/{slug}/enable/`" in text
    assert text.count("Answers `") > 100
