"""Why an embedded service cannot run; every message says what the operator can do."""


class EmbeddedServiceError(RuntimeError):
    """An embedded service cannot be started, stopped or found; the message is for the operator."""


class EmbeddedServiceMissingError(EmbeddedServiceError):
    """The wheel with the service's binaries is not installed, or has none for this machine."""


class EmbeddedServiceInUseError(EmbeddedServiceError):
    """Another process of this machine already runs the same data folder."""
