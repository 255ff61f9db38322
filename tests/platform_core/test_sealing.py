import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_core.sealing import SealedText, SealedTextError, needs_resealing, seal, unseal
from tenants.scope import NoOrganizationScopeError, OrganizationRef, tenant_scope

HERE = OrganizationRef(id=1, slug="here", schema="org_here")
THERE = OrganizationRef(id=2, slug="there", schema="org_there")
OLD, NEW = "an-old-key-" * 6, "a-new-key-" * 6


@pytest.fixture
def here():
    with tenant_scope(HERE):
        yield


@given(text=st.text(), place=st.text())
@settings(max_examples=50)
def test_opens_where_it_was_sealed_and_tells_nothing(text, place):
    with tenant_scope(HERE):
        sealed = seal(text, place=place)
        assert unseal(sealed, place=place) == text
        assert len(text) < 8 or text not in sealed.token
        assert f"{sealed}{sealed!r}{[sealed]}" == "<sealed><sealed>[<sealed>]"


def test_equal_texts_are_sealed_differently(here):
    assert seal("same", place="p").token != seal("same", place="p").token


def test_opens_in_no_other_place_and_no_other_organization(here):
    sealed = seal("secret", place="projects.project.task_data_password:1")

    with pytest.raises(SealedTextError, match="not sealed for this place"):
        unseal(sealed, place="projects.project.task_data_password:2")
    with tenant_scope(THERE), pytest.raises(SealedTextError):
        unseal(sealed, place="projects.project.task_data_password:1")


def test_nothing_is_sealed_without_an_organization():
    with pytest.raises(NoOrganizationScopeError):
        seal("secret", place="p")


@given(data=st.data())
@settings(max_examples=50)
def test_changed_token_does_not_open(data):
    with tenant_scope(HERE):
        head, _, body = seal("secret", place="p").token.rpartition(".")
        raw = bytearray(base64.urlsafe_b64decode(body))
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
        with pytest.raises(SealedTextError):
            unseal(SealedText(f"{head}.{base64.urlsafe_b64encode(raw).decode()}"), place="p")


@given(token=st.text(max_size=80))
def test_what_was_never_sealed_does_not_open(token):
    with tenant_scope(HERE), pytest.raises(SealedTextError):
        unseal(SealedText(token), place="p")


@pytest.mark.parametrize("end", ["", "!", "AAAA", "é"])
def test_broken_body_under_a_known_key_does_not_open(here, end):
    head = seal("secret", place="p").token.rpartition(".")[0]

    with pytest.raises(SealedTextError):
        unseal(SealedText(f"{head}.{end}"), place="p")


def test_former_key_opens_until_it_is_dropped(here, settings):
    settings.SECRET_KEY = OLD
    sealed = seal("secret", place="p")
    assert not needs_resealing(sealed)

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert (unseal(sealed, place="p"), needs_resealing(sealed)) == ("secret", True)

    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(SealedTextError, match="TENON_SECRET_KEY_FALLBACKS"):
        unseal(sealed, place="p")
