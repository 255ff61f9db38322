"""Bases of the platform's views: DRF's generic views with our principal and declared permissions.

A view declares `permission_required` and describes each method with `platform_core.api.operations.operation`;
`tests/walls/test_routes.py` walks all routes and fails for one that does not.
"""

from typing import Any

from rest_framework import generics
from rest_framework.request import Request

from platform_core.members.permissions import ViewClassPermission
from platform_core.members.principal import Principal


class TenonAPIView(generics.GenericAPIView[Any]):
    """A view of the platform."""

    permission_required: ViewClassPermission = ViewClassPermission()
    filter_backends: list[Any] = []

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
