"""Routes of accounts on the public host."""

from django.urls import path

from platform_core.accounts.api.auth import (
    AccountLoginAPI,
    AccountLogoutAPI,
    AccountPasswordChangeAPI,
    SignUpAPI,
    SignUpConfirmAPI,
)
from platform_core.accounts.api.organizations import OwnOrganizationListAPI
from platform_core.accounts.api.profile import ProfileAPI
from platform_core.members.api.invites import AcceptInviteAPI
from platform_core.members.api.passwords import PasswordResetAPI, PasswordResetConfirmAPI

urlpatterns = [
    path("api/account/", ProfileAPI.as_view(), name="account"),
    path("api/auth/signup/", SignUpAPI.as_view(), name="auth-signup"),
    path("api/auth/signup/confirm/", SignUpConfirmAPI.as_view(), name="auth-signup-confirm"),
    path("api/auth/login/", AccountLoginAPI.as_view(), name="auth-login"),
    path("api/auth/logout/", AccountLogoutAPI.as_view(), name="auth-logout"),
    path("api/auth/password/change/", AccountPasswordChangeAPI.as_view(), name="auth-password-change"),
    path("api/auth/password/reset/", PasswordResetAPI.as_view(), name="auth-password-reset"),
    path("api/auth/password/reset/confirm/", PasswordResetConfirmAPI.as_view(), name="auth-password-reset-confirm"),
    path("api/organizations/", OwnOrganizationListAPI.as_view(), name="own-organization-list"),
    path("api/invites/accept/", AcceptInviteAPI.as_view(), name="invite-accept"),
]
