"""Refresh tokens are rows; access tokens are signed from them and die with them."""

import uuid
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from platform_core.api.errors import NotAuthenticatedError, NotFoundError, PermissionDeniedError, ValidationFailedError
from platform_core.events.services import record_audit
from platform_core.members.credentials import digest_of
from platform_core.members.gate import memory
from platform_core.members.models import RefreshToken
from platform_core.members.principal import Principal
from platform_core.members.queries.policies import policy_here, token_lifetime, token_too_old
from platform_core.members.tokens import ACCESS, REFRESH, read_token, sign_token
from platform_core.members.types import IssuedSecret, SignedToken

MAX_TOKEN_LENGTH: Final = 4096
SEGMENTS: Final = 3
INVALID: Final = "The refresh token is not valid or has expired."
SWITCHED_OFF: Final = "The organization has switched refresh and access tokens off."


def refuse_limited(actor: Principal) -> None:
    """Keep a narrow credential from making a wide one.

    Raises:
        PermissionDeniedError: the actor uses an API key with scopes or with an end.
    """
    if actor.limited:
        raise PermissionDeniedError(
            "A key with scopes or with an end makes no other credentials: sign in, or use a full key."
        )


def unsigned(token: str) -> str:
    """Return header and payload of a token, without its signature."""
    return ".".join(token.split(".")[: SEGMENTS - 1])


def signed(row: RefreshToken) -> str:
    """Return the token that a row stands for. Never hand it out again after it was issued; cut it with `unsigned`."""
    return sign_token(
        kind=REFRESH, token_id=row.pk, member_id=row.member_id, issued_at=row.created_at, expires_at=row.expires_at
    )


@transaction.atomic
def issue_refresh_token(*, member_id: int, actor: Principal | None) -> IssuedSecret:
    """Make a refresh token for a member and forget the member's expired ones.

    Args:
        actor: who asks; None at a sign-in, where the password was the proof.

    Raises:
        PermissionDeniedError: the actor's own credential is limited, or the organization has switched tokens off.
    """
    if actor is not None:
        refuse_limited(actor)
    policy = policy_here()
    if not policy.api_tokens_enabled:
        raise PermissionDeniedError(SWITCHED_OFF)
    now = timezone.now()
    RefreshToken.objects.filter(member_id=member_id, expires_at__lt=now).delete()
    row_id = uuid.uuid4()
    row = RefreshToken(pk=row_id, member_id=member_id, digest=row_id.hex, expires_at=now + token_lifetime(policy))
    row.save(force_insert=True)
    # The token names the row's own time of making, so that lists can show it again without its signature.
    token = signed(row)
    row.digest = digest_of(unsigned(token))
    row.save(update_fields=["digest", "updated_at"])
    record_audit(actor=actor, action="refresh_token.issued", target_type="member", target_id=member_id)
    return IssuedSecret(row=row, secret=token)


def access_token_for(row: RefreshToken) -> SignedToken:
    """Return a fresh access token; it never outlives its refresh token."""
    now = timezone.now()
    expires_at = min(now + settings.JWT_ACCESS_TOKEN_LIFETIME, row.expires_at)
    token = sign_token(kind=ACCESS, token_id=row.pk, member_id=row.member_id, issued_at=now, expires_at=expires_at)
    return SignedToken(token=token, expires_at=expires_at)


def exchange_refresh_token(token: str) -> SignedToken:
    """Return an access token for a refresh token, which stays as it is: the SDK posts the same one again and again.

    Raises:
        NotAuthenticatedError: the token is forged, expired, revoked, foreign, or its member was removed.
    """
    row = _live_row(token)
    if row is None:
        raise NotAuthenticatedError(INVALID)
    return access_token_for(row)


@transaction.atomic
def rotate_refresh_token(token: str) -> IssuedSecret:
    """Replace a refresh token; the old one and its access tokens die.

    Raises:
        ValidationFailedError: the token is not valid here.
    """
    row = _live_row(token, lock=True)
    if row is None:
        raise ValidationFailedError(INVALID, validation_errors={"refresh": [INVALID]})
    _revoke(row)
    record_audit(actor=None, action="refresh_token.rotated", target_type="member", target_id=row.member_id)
    return issue_refresh_token(member_id=row.member_id, actor=None)


@transaction.atomic
def revoke_refresh_token(*, token: str, actor: Principal) -> None:
    """Revoke one of the actor's own refresh tokens, named whole or without its signature, as lists show it.

    Raises:
        NotFoundError: the actor has no such live token.
    """
    whole = token.count(".") == SEGMENTS - 1
    known = len(token) <= MAX_TOKEN_LENGTH and (not whole or read_token(token, kind=REFRESH) is not None)
    live = RefreshToken.objects.select_for_update().filter(revoked_at=None, expires_at__gt=timezone.now())
    row = live.filter(digest=digest_of(unsigned(token)), member_id=actor.id).first() if known else None
    if row is None:
        raise NotFoundError("There is no such live token.")
    _revoke(row)
    record_audit(actor=actor, action="refresh_token.revoked", target_type="member", target_id=actor.id)


@transaction.atomic
def revoke_refresh_row(*, row_id: uuid.UUID, actor: Principal) -> None:
    """Revoke the refresh token behind the access token in use: a sign-out."""
    now = timezone.now()
    RefreshToken.objects.filter(pk=row_id, member_id=actor.id, revoked_at=None).update(revoked_at=now, updated_at=now)
    record_audit(actor=actor, action="member.signed_out", target_type="member", target_id=actor.id)
    transaction.on_commit(memory.clear, robust=True)


def _revoke(row: RefreshToken) -> None:
    row.revoked_at = timezone.now()
    row.save(update_fields=["revoked_at", "updated_at"])
    transaction.on_commit(memory.clear, robust=True)


def _live_row(token: str, *, lock: bool = False) -> RefreshToken | None:
    if len(token) > MAX_TOKEN_LENGTH or read_token(token, kind=REFRESH) is None:
        return None
    now = timezone.now()
    rows = RefreshToken.objects.select_for_update(of=("self",)) if lock else RefreshToken.objects.all()
    row = rows.filter(
        digest=digest_of(unsigned(token)), revoked_at=None, expires_at__gt=now, member__removed_at=None
    ).first()
    policy = policy_here()
    usable = row is not None and policy.api_tokens_enabled and not token_too_old(policy, row.created_at, now)
    return row if usable else None
