"""Bases of the platform's views: DRF's generic views with our principal and declared permissions.

A view declares `permission_required` and describes each method with `platform_core.api.operations.operation`;
`tests/walls/test_routes.py` walks all routes and fails for one that does not.
"""

from typing import Any, Final

from rest_framework import generics
from rest_framework.request import Request

from platform_core.api.errors import ValidationFailedError
from platform_core.members.permissions import ViewClassPermission
from platform_core.members.principal import Principal

NO_NUL: Final = "A NUL character is not taken."


class TenonAPIView(generics.GenericAPIView[Any]):
    """A view of the platform."""

    permission_required: ViewClassPermission = ViewClassPermission()
    filter_backends: list[Any] = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check what every request must pass, then that no parameter holds what no text of the database can.

        Raises:
            ValidationFailedError: a NUL character; answered as 400 that names the parameter.
        """
        super().initial(request, *args, **kwargs)
        if "%00" in (query := request.META.get("QUERY_STRING", "")) or "\x00" in query:
            wrong = [name for name, values in request.query_params.lists() if any("\x00" in text for text in values)]
            if wrong:
                raise ValidationFailedError(validation_errors={name: [NO_NUL] for name in wrong})

    @property
    def principal(self) -> Principal:
        """Return who acts. Only for methods that ask for a permission, so that somebody is signed in."""
        user: object = self.request.user
        assert isinstance(user, Principal), "declare a permission on this method before asking who acts"
        return user

    def validated(self, request: Request, *, partial: bool = False, instance: Any = None) -> dict[str, Any]:
        """Return the checked input of the view's serializer.

        Raises:
            rest_framework.exceptions.ValidationError: the input breaks a rule; answered as 400.
        """
        serializer = self.get_serializer(instance, data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = serializer.validated_data
        return data
