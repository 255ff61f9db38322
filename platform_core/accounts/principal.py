"""Who acts on the public host: a global account. It opens no organization."""

from dataclasses import dataclass, field
from typing import Final

ACCOUNT_OWN: Final = "account.own"
"""What every signed-in account may do on the public host: see to itself, and make organizations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHolder:
    """The signed-in account of the public host."""

    id: int
    email: str
    permissions: frozenset[str] = frozenset({ACCOUNT_OWN})
    is_authenticated: bool = field(default=True, init=False)
    is_anonymous: bool = field(default=False, init=False)
    is_active: bool = field(default=True, init=False)

    @property
    def pk(self) -> int:
        """Return the id under the name that DRF uses."""
        return self.id

    def can(self, codename: str) -> bool:
        """Say whether the account may do this on the public host."""
        return codename in self.permissions
