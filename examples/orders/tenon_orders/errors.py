"""What can go wrong, for a client to read."""

from platform_core.sdk.errors import ConflictError


class InsufficientStockError(ConflictError):
    """There are fewer than were ordered; `data` has `product`, `wanted` and `stock`."""

    code = "insufficient_stock"
    default_detail = "There are fewer than were ordered."
