"""Bodies shown in the OpenAPI document."""

from typing import Any, Final

USER: Final[dict[str, Any]] = {
    "id": 7,
    "first_name": "Amelia",
    "last_name": "Earhart",
    "username": "amelia@aero.example",
    "email": "amelia@aero.example",
    "last_activity": "2026-11-20T12:00:00.000000Z",
    "custom_hotkeys": {},
    "avatar": None,
    "initials": "ae",
    "phone": "",
    "active_organization": 1,
    "active_organization_meta": {"title": "Aero", "email": "office@aero.example"},
    "allow_newsletters": None,
    "date_joined": "2026-11-01T08:00:00.000000Z",
    "role": "RE",
}
WHOAMI: Final[dict[str, Any]] = {**USER, "permissions": ["annotations.create", "projects.view"]}
INVITED_USER: Final[dict[str, Any]] = {
    "id": None,
    "email": "new@aero.example",
    "username": "new@aero.example",
    "first_name": "",
    "last_name": "",
    "role": "AN",
    "custom_role": None,
    "invitation": "5d0c8ef5-6d0a-4a5e-9d3f-0a8f6a3f8a11",
    "expires_at": "2026-11-27T12:00:00.000000Z",
}
MEMBER: Final[dict[str, Any]] = {
    "id": 7,
    "email": "amelia@aero.example",
    "username": "amelia@aero.example",
    "first_name": "Amelia",
    "last_name": "Earhart",
    "role": "RE",
    "custom_role": None,
    "last_activity": "2026-11-20T12:00:00.000000Z",
    "created_at": "2026-11-01T08:00:00.000000Z",
}
REFRESH: Final = "eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCJ9.c2lnbmF0dXJl"
CUT_REFRESH: Final = "eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCJ9"
ACCESS: Final = "eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIn0.c2lnbmF0dXJl"
ORGANIZATION: Final[dict[str, Any]] = {
    "id": 1,
    "title": "Aero",
    "token": None,
    "created_at": "2026-11-01T08:00:00.000000Z",
    "updated_at": "2026-11-01T08:00:00.000000Z",
    "contact_info": "office@aero.example",
    "created_by": 7,
    "users": [7],
    "billing": {},
}
API_KEY: Final[dict[str, Any]] = {
    "id": "8f4e6c1e-2d53-4f4b-9d7e-2f9a3f7c9b10",
    "name": "nightly export",
    "prefix": "tnk_0a1b2c3d",
    "scopes": ["projects.view", "projects.export"],
    "expires_at": "2027-01-01T00:00:00.000000Z",
    "last_used_at": None,
    "created_at": "2026-11-20T12:00:00.000000Z",
}
TEAM: Final[dict[str, Any]] = {
    "id": 3,
    "name": "Safety",
    "admin": 7,
    "url": "safety-1f2e3d4c",
    "permission": "projects.export",
    "member_count": 4,
    "created_at": "2026-11-20T12:00:00.000000Z",
    "updated_at": "2026-11-20T12:00:00.000000Z",
}
ROLE: Final[dict[str, Any]] = {
    "id": "0b8a2f4e-5d1c-4f8e-9a55-0d7f1f3f2c11",
    "code": "AN",
    "name": "Exporter",
    "description": "Annotates, and may take the data out.",
    "permissions": ["annotations.create", "projects.export", "projects.view", "tasks.view"],
    "member_count": 2,
    "built_in": False,
}
INVITATION: Final[dict[str, Any]] = {
    "id": "5d0c8ef5-6d0a-4a5e-9d3f-0a8f6a3f8a11",
    "email": "new@aero.example",
    "role": "AN",
    "custom_role": None,
    "invited_by": 7,
    "created_at": "2026-11-20T12:00:00.000000Z",
    "expires_at": "2026-11-27T12:00:00.000000Z",
}
