"""What a plugin builds its endpoints from: the platform's view base, permissions, description and pages."""

from platform_core.api.operations import operation
from platform_core.api.pagination import PageNumberPagination
from platform_core.api.views import TenonAPIView
from platform_core.members.permissions import ViewClassPermission
from platform_core.members.principal import Principal

__all__ = ["PageNumberPagination", "Principal", "TenonAPIView", "ViewClassPermission", "operation"]
