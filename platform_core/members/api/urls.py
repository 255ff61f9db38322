"""Routes of members, teams and credentials on an organization's host."""

from django.urls import path

from platform_core.members.api import (
    auth,
    invites,
    members,
    memberships,
    organizations,
    passwords,
    teams,
    tokens,
    users,
)
from platform_core.members.api.api_keys import ApiKeyAPI, ApiKeyListAPI

urlpatterns = [
    path("api/auth/login/", auth.LoginAPI.as_view(), name="auth-login"),
    path("api/auth/logout/", auth.LogoutAPI.as_view(), name="auth-logout"),
    path("api/auth/password/change/", auth.PasswordChangeAPI.as_view(), name="auth-password-change"),
    path("api/auth/password/reset/", passwords.PasswordResetAPI.as_view(), name="auth-password-reset"),
    path(
        "api/auth/password/reset/confirm/",
        passwords.PasswordResetConfirmAPI.as_view(),
        name="auth-password-reset-confirm",
    ),
    path("api/current-user/whoami", users.WhoamiAPI.as_view(), name="current-user-whoami"),
    path("api/current-user/hotkeys/", users.HotkeysAPI.as_view(), name="current-user-hotkeys"),
    path("api/current-user/token", tokens.CurrentUserTokenAPI.as_view(), name="current-user-token"),
    path("api/current-user/reset-token/", tokens.ResetTokenAPI.as_view(), name="current-user-reset-token"),
    path("api/users/", users.UserListAPI.as_view(), name="user-list"),
    path("api/users/<int:pk>/", users.UserAPI.as_view(), name="user-detail"),
    path("api/token/", tokens.TokenListAPI.as_view(), name="token-list"),
    path("api/token/refresh/", tokens.TokenRefreshAPI.as_view(), name="token-refresh"),
    path("api/token/rotate/", tokens.TokenRotateAPI.as_view(), name="token-rotate"),
    path("api/token/blacklist/", tokens.TokenBlacklistAPI.as_view(), name="token-blacklist"),
    path("api/api-keys/", ApiKeyListAPI.as_view(), name="api-key-list"),
    path("api/api-keys/<uuid:pk>/", ApiKeyAPI.as_view(), name="api-key-detail"),
    path("api/organization/", organizations.CurrentOrganizationAPI.as_view(), name="current-organization"),
    path("api/organizations/", organizations.OrganizationListAPI.as_view(), name="organization-list"),
    path("api/organizations/<int:pk>", organizations.OrganizationAPI.as_view(), name="organization-detail"),
    path("api/organizations/<int:pk>/memberships", memberships.MembershipListAPI.as_view(), name="membership-list"),
    path(
        "api/organizations/<int:pk>/memberships/<int:user_pk>/",
        memberships.MembershipAPI.as_view(),
        name="membership-detail",
    ),
    path("api/members/", members.MemberListAPI.as_view(), name="member-list"),
    path("api/members/leave/", members.LeaveAPI.as_view(), name="member-leave"),
    path("api/members/<int:pk>/", members.MemberAPI.as_view(), name="member-detail"),
    path("api/invites/", invites.InviteListAPI.as_view(), name="invite-list"),
    path("api/invites/accept/", invites.AcceptInviteAPI.as_view(), name="invite-accept"),
    path("api/invites/<uuid:pk>/", invites.InviteAPI.as_view(), name="invite-detail"),
    path("api/teams/", teams.TeamListAPI.as_view(), name="team-list"),
    path("api/teams/join/", teams.JoinTeamAPI.as_view(), name="team-join"),
    path("api/teams/<int:pk>/", teams.TeamAPI.as_view(), name="team-detail"),
    path("api/teams/<int:pk>/members/", teams.TeamMemberListAPI.as_view(), name="team-member-list"),
    path("api/teams/<int:pk>/members/<int:member_pk>/", teams.TeamMemberAPI.as_view(), name="team-member-detail"),
    path("api/teams/<int:pk>/links/", teams.TeamLinkListAPI.as_view(), name="team-link-list"),
    path("api/teams/<int:pk>/links/<uuid:link_pk>/", teams.TeamLinkAPI.as_view(), name="team-link-detail"),
]
