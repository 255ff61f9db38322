"""Clients that call an organization's host, and members to call as."""

import itertools

import pytest
from rest_framework.test import APIClient

from platform_core.accounts.models import User
from platform_core.members.models import Member
from platform_core.members.services.api_keys import issue_api_key
from platform_core.members.services.membership import add_member
from tenants.scope import public_scope, tenant_scope

PASSWORD = "correct-horse-1"
_numbers = itertools.count(1)


class Host:
    """Calls one host; `as_` gives the same host with an API key, `anonymous` without."""

    def __init__(self, host, key=None, **extra):
        headers = {"HTTP_AUTHORIZATION": f"Token {key}"} if key else {}
        self.client = APIClient(HTTP_HOST=host, **headers, **extra)

    def __getattr__(self, method):
        return getattr(self.client, method)


@pytest.fixture
def new_member(db):
    """Return a function that makes an account with PASSWORD and a membership."""

    def make(organization, role="AN", email=None, **names):
        email = email or f"person{next(_numbers)}@{organization.slug}.example"
        with public_scope():
            user = User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD, **names)
        with tenant_scope(organization):
            return add_member(user=user, role=role, actor=None)

    return make


@pytest.fixture
def key_of():
    """Return a function that makes an API key of a member."""

    def make(organization, member, **kwargs):
        with tenant_scope(organization):
            return issue_api_key(member_id=member.pk, name="test", **kwargs).secret

    return make


@pytest.fixture
def owner_of():
    """Return a function that finds the owner of an organization of the template."""

    def find(organization):
        with tenant_scope(organization):
            return Member.objects.get(email=f"owner@{organization.slug}.example")

    return find


@pytest.fixture
def client_of(new_member, key_of, owner_of):
    """Return a function that calls an organization's host with a role (or a member) by API key; no role: anonymous."""

    def make(organization, role=None, member=None, **key):
        host = f"{organization.slug}.testserver"
        if role is None and member is None:
            return Host(host)
        if member is None:
            member = owner_of(organization) if role == "OW" else new_member(organization, role)
        client = Host(host, key_of(organization, member, **key))
        client.member = member
        return client

    return make


@pytest.fixture
def public_client(db):
    """Call the public host."""
    return Host("testserver")
