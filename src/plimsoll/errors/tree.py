"""The classes of the tree; the drawing of it stands in the room's root."""

from typing import ClassVar

from plimsoll.records import ErrorClass

_REFERENCE = "docs/reference/errors.md"


class PlimsollError(Exception):
    """Everything that Plimsoll raises on purpose.

    `message` says what happened, with the value and the allowed choices; `next_step` is what to type or change.
    """

    code: ClassVar[str] = "internal"
    """Stable name of the error, for programs."""
    http_status: ClassVar[int] = 500
    """Status of the HTTP response that carries it."""
    error_class: ClassVar[ErrorClass] = ErrorClass.INFRASTRUCTURE
    """Who has to act, in the terms of traces and service levels."""

    def __init__(self, message: str, *, next_step: str = "") -> None:
        """Keep the message and the next step."""
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        self.trace_id: str | None = None
        """The trace of the call that it ended, set by the gateway; None where there was none."""

    def __str__(self) -> str:
        """Return the message, followed by the next step where there is one."""
        return f"{self.message} {self.next_step}".rstrip()

    @classmethod
    def documentation(cls) -> str:
        """Return where the error is documented: a file of the project and an anchor in it."""
        return f"{_REFERENCE}#{cls.code}"


class CallerError(PlimsollError):
    """The caller must change the request, or send it later."""

    def __init__(self, message: str, *, next_step: str = "", retry_after_seconds: float | None = None) -> None:
        """Keep the message, the next step and when the same request may pass; None where waiting changes nothing."""
        super().__init__(message, next_step=next_step)
        self.retry_after_seconds = retry_after_seconds


class InvalidRequest(CallerError):
    """The request is not of the declared shape."""

    code = "invalid_request"
    http_status = 400
    error_class = ErrorClass.VALIDATION


class Unauthenticated(CallerError):
    """No access key came with the request, or one that does not exist."""

    code = "unauthenticated"
    http_status = 401
    error_class = ErrorClass.POLICY


class Forbidden(CallerError):
    """The caller is known and may not do this."""

    code = "forbidden"
    http_status = 403
    error_class = ErrorClass.POLICY


class UntrustedOrigin(CallerError):
    """The request names a host or an origin that is not this server's own."""

    code = "untrusted_origin"
    http_status = 403
    error_class = ErrorClass.POLICY


class NotFound(CallerError):
    """There is nothing of that name."""

    code = "not_found"
    http_status = 404
    error_class = ErrorClass.VALIDATION


class NeedsConfirmation(CallerError):
    """It would forget much at once, or change what is served unmeasured: a person must say that this is right."""

    code = "needs_confirmation"
    http_status = 409
    error_class = ErrorClass.POLICY


class NotRecorded(CallerError):
    """A trace does not hold what its replay needs: it was not kept, was redacted or cut, or was never asked for."""

    code = "not_recorded"
    http_status = 409
    error_class = ErrorClass.VALIDATION


class TooLarge(CallerError):
    """What was sent is beyond the declared size."""

    code = "too_large"
    http_status = 413
    error_class = ErrorClass.LIMIT


class Overloaded(CallerError):
    """More is asked at once than this server takes."""

    code = "overloaded"
    http_status = 429
    error_class = ErrorClass.LIMIT


class LimitReached(CallerError):
    """A declared number of requests, tokens or concurrent calls is reached."""

    code = "limit_reached"
    http_status = 429
    error_class = ErrorClass.LIMIT


class BudgetExhausted(CallerError):
    """What the call may cost is more than what is left of a budget."""

    code = "budget_exhausted"
    http_status = 429
    error_class = ErrorClass.LIMIT


class ProjectError(PlimsollError):
    """The project's owner must change a file."""


class InvalidSettings(ProjectError):
    """`plimsoll.toml` cannot be used as it stands."""

    code = "invalid_settings"
    http_status = 500
    error_class = ErrorClass.VALIDATION


class InvalidFeature(ProjectError):
    """A feature's definition or its prompt cannot be used as it stands."""

    code = "invalid_feature"
    http_status = 500
    error_class = ErrorClass.VALIDATION


class InvalidDataset(ProjectError):
    """A dataset cannot be used as it stands."""

    code = "invalid_dataset"
    http_status = 400
    error_class = ErrorClass.VALIDATION


class PriceUnknown(ProjectError):
    """A budget applies to a call and the price of its model is not known, so it is refused."""

    code = "price_unknown"
    http_status = 403
    error_class = ErrorClass.POLICY


class NoProject(ProjectError):
    """The folder is not a Plimsoll project."""

    code = "no_project"
    http_status = 500
    error_class = ErrorClass.VALIDATION


class NotBound(ProjectError):
    """A feature was called while no project was open."""

    code = "not_bound"
    http_status = 500
    error_class = ErrorClass.VALIDATION


class OperatorError(PlimsollError):
    """Whoever runs the machine must change something on it."""


class StoreUnavailable(OperatorError):
    """The database is locked, read-only, unreachable or of another version."""

    code = "store_unavailable"
    http_status = 503
    error_class = ErrorClass.INFRASTRUCTURE


class DiskFull(OperatorError):
    """There is no room left on the disk."""

    code = "disk_full"
    http_status = 507
    error_class = ErrorClass.INFRASTRUCTURE


class AddressInUse(OperatorError):
    """Another process listens on that address."""

    code = "address_in_use"
    http_status = 500
    error_class = ErrorClass.INFRASTRUCTURE


class LimitsUnavailable(OperatorError):
    """Limits that several processes share cannot be checked, and the settings say to refuse then."""

    code = "limits_unavailable"
    http_status = 503
    error_class = ErrorClass.INFRASTRUCTURE


class UnsafeAddress(OperatorError):
    """Serving beyond this machine needs an access key first."""

    code = "unsafe_address"
    http_status = 500
    error_class = ErrorClass.POLICY


class ModelMissing(OperatorError):
    """The embedded model is not installed, or is not the one its hash names."""

    code = "model_missing"
    http_status = 503
    error_class = ErrorClass.INFRASTRUCTURE


class DeadlinePassed(OperatorError):
    """The server did not finish a request within its deadline and cancelled it."""

    code = "deadline_passed"
    http_status = 504
    error_class = ErrorClass.INFRASTRUCTURE


class MissingPart(OperatorError):
    """An optional part of Plimsoll is not installed."""

    code = "missing_part"
    http_status = 500
    error_class = ErrorClass.INFRASTRUCTURE


class SourceUnavailable(OperatorError):
    """A source of documents cannot be reached or read; what it said before still stands."""

    code = "source_unavailable"
    http_status = 503
    error_class = ErrorClass.INFRASTRUCTURE


class DocumentError(PlimsollError):
    """One document could not be read; the others were."""


class UnreadableDocument(DocumentError):
    """The document is corrupt, encrypted, binary or holds no text."""

    code = "unreadable_document"
    http_status = 422
    error_class = ErrorClass.VALIDATION


class UnknownFormat(DocumentError):
    """No parser reads this kind of file."""

    code = "unknown_format"
    http_status = 415
    error_class = ErrorClass.VALIDATION


class UpstreamError(PlimsollError):
    """A model's provider did not do its part."""

    def __init__(
        self, message: str, *, next_step: str = "", upstream_status: int = 0, retry_after_seconds: float | None = None
    ) -> None:
        """Keep the message, the HTTP status of the provider (0: none) and how long to wait before the next try."""
        super().__init__(message, next_step=next_step)
        self.upstream_status = upstream_status
        self.retry_after_seconds = retry_after_seconds


class ProviderRefused(UpstreamError):
    """The provider answered with an error."""

    code = "provider_refused"
    http_status = 502
    error_class = ErrorClass.INFRASTRUCTURE


class RequestRejected(ProviderRefused):
    """The provider says that this very request must change: another try would end alike."""

    code = "request_rejected"
    http_status = 400
    error_class = ErrorClass.VALIDATION


class ProviderBusy(ProviderRefused):
    """The provider takes no more requests of ours for now."""

    code = "provider_busy"
    http_status = 429
    error_class = ErrorClass.INFRASTRUCTURE


class ProviderUnpaid(ProviderRefused):
    """The account at the provider has no money left: waiting does not help, paying does."""

    code = "provider_unpaid"
    http_status = 402
    error_class = ErrorClass.INFRASTRUCTURE


class ProvidersResting(UpstreamError):
    """Every target of the model failed so often of late that none is asked before its cool-down ends."""

    code = "providers_resting"
    http_status = 503
    error_class = ErrorClass.INFRASTRUCTURE


class ProviderTimeout(UpstreamError):
    """The provider did not answer in time."""

    code = "provider_timeout"
    http_status = 504
    error_class = ErrorClass.INFRASTRUCTURE


class ProviderUnreachable(UpstreamError):
    """No connection to the provider could be made or kept."""

    code = "provider_unreachable"
    http_status = 502
    error_class = ErrorClass.INFRASTRUCTURE


class UnusableAnswer(UpstreamError):
    """The provider's answer could not be read, or was not of the shape asked for."""

    code = "unusable_answer"
    http_status = 502
    error_class = ErrorClass.MODEL
