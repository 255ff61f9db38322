"""Base of the views that an account uses on the public host."""

from platform_core.accounts.api.authentication import AccountSessionAuthentication
from platform_core.accounts.principal import AccountHolder
from platform_core.api.views import TenonAPIView


class AccountAPIView(TenonAPIView):
    """A view of the public host that knows the signed-in account."""

    authentication_classes = [AccountSessionAuthentication]

    @property
    def holder(self) -> AccountHolder:
        """Return who acts. Only for methods that ask for a permission, so that somebody is signed in."""
        user: object = self.request.user
        assert isinstance(user, AccountHolder), "declare a permission on this method before asking who acts"
        return user
