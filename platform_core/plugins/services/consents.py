"""Consent to a plan: a signed text that says who saw which plan where, and what is kept of it once it was given."""

from datetime import timedelta
from typing import Any, Final

from django.core import signing
from django.utils import timezone

from platform_core.api.errors import ConflictError, ValidationFailedError
from platform_core.members.principal import Principal
from platform_core.plugins.consent import Asked, asked_by, grown
from platform_core.plugins.loader import LoadedPlugin
from platform_core.plugins.models import Activation
from tenants.scope import current_organization

VALID_FOR: Final = timedelta(hours=1)
_SALT: Final = "platform_core.plugins.consent"
_FIELDS: Final = ("schema", "member", "plugin", "plan_hash")


def consent_token(*, slug: str, plan_hash: str, actor: Principal) -> str:
    """Return a text with which this member, and nobody else, agrees to this plan here within an hour."""
    return signing.dumps(_facts(slug, plan_hash, actor), salt=_SALT, compress=False)


def plan_of_token(token: str, *, slug: str, actor: Principal) -> str:
    """Return the hash of the plan that a token agrees to.

    Raises:
        ValidationFailedError: it was not made here for this member and plugin.
        ConflictError: it is too old.
    """
    try:
        facts = signing.loads(token, salt=_SALT, max_age=VALID_FOR)
    except signing.SignatureExpired as error:
        raise ConflictError(
            "The consent is stale: it is older than an hour. Look at the plan again.", data={"plugin": slug}
        ) from error
    except signing.BadSignature as error:
        raise _forged() from error
    if not isinstance(facts, dict) or facts != _facts(slug, str(facts.get("plan_hash")), actor):
        raise _forged()
    return str(facts["plan_hash"])


def _forged() -> ValidationFailedError:
    text = "This is no consent of yours to a plan of this plugin; take the one that the plan answers."
    return ValidationFailedError(validation_errors={"consent": [text]})


def _facts(slug: str, plan_hash: str, actor: Principal) -> dict[str, Any]:
    values = (current_organization().schema, actor.id, slug, plan_hash)
    return dict(zip(_FIELDS, values, strict=True))


def keep_consent(activation: Activation, plugin: LoadedPlugin, *, actor: Principal | None, agreed: bool) -> Asked:
    """Write into an activation what counts as agreed to, and what is withheld; returns the latter.

    Args:
        agreed: to everything that the manifest asks now; False keeps what was agreed to before, as an upgrade of the
            fleet does, which nobody here has seen.
    """
    asked = asked_by(plugin.manifest)
    if agreed:
        activation.consent = {
            **asked.as_json(),
            "version": plugin.manifest.version,
            "by": actor.id if actor is not None else None,
            "at": timezone.now().isoformat(),
        }
        activation.withheld = []
        return Asked()
    if activation.consent is None:
        # From before consents were kept: what the plugin asks now is where counting begins.
        activation.consent = {**asked.as_json(), "version": plugin.manifest.version, "by": None, "at": None}
    beyond = grown(activation.consent, asked)
    activation.withheld = beyond.withheld()
    return beyond
