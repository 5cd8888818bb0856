"""One tree of errors, grouped by who must act.

    PlimsollError
    ├── CallerError            the caller: change the request
    │   ├── InvalidRequest     400 invalid_request     not of the declared shape
    │   ├── Unauthenticated    401 unauthenticated     no key, or a wrong one
    │   ├── Forbidden          403 forbidden           the key does not allow it
    │   ├── UntrustedOrigin    403 untrusted_origin    a web page or host that is not this server's own
    │   ├── NotFound           404 not_found           no such feature, model, trace, corpus, …
    │   ├── NeedsConfirmation  409 needs_confirmation  it would forget much at once
    │   ├── NotRecorded        409 not_recorded        a trace does not hold what its replay needs
    │   ├── TooLarge           413 too_large           beyond a declared size
    │   ├── LimitReached       429 limit_reached       a declared number of requests, tokens or calls at once
    │   ├── BudgetExhausted    429 budget_exhausted    it may cost more than is left of a budget
    │   └── Overloaded         429 overloaded          more at once than this server takes
    ├── ProjectError           the project's owner: change a file
    │   ├── InvalidSettings    500 invalid_settings    plimsoll.toml
    │   ├── InvalidFeature     500 invalid_feature     features/*.py or a prompt
    │   ├── InvalidDataset     400 invalid_dataset     datasets/*.jsonl
    │   ├── PriceUnknown       403 price_unknown       a budget applies and a model's price is not known
    │   ├── NoProject          500 no_project          this folder is not a project
    │   └── NotBound           500 not_bound           a feature called outside an open project
    ├── OperatorError          who runs the machine: change the machine
    │   ├── StoreUnavailable   503 store_unavailable   locked, read-only, unreachable or of another version
    │   ├── LimitsUnavailable  503 limits_unavailable  shared limits cannot be checked
    │   ├── DiskFull           507 disk_full           no room left
    │   ├── AddressInUse       500 address_in_use      another process listens there
    │   ├── UnsafeAddress      500 unsafe_address      beyond loopback without an access key
    │   ├── ModelMissing       503 model_missing       the embedded model is not installed, or was altered
    │   ├── DeadlinePassed     504 deadline_passed     a request took longer than the server's bound
    │   ├── SourceUnavailable  503 source_unavailable  a source of documents cannot be reached or read
    │   └── MissingPart        500 missing_part        an optional extra is not installed
    ├── DocumentError          the document's owner: one document could not be read, the others were
    │   ├── UnreadableDocument 422 unreadable_document corrupt, encrypted, binary or without text
    │   └── UnknownFormat      415 unknown_format      no parser for this kind of file
    └── UpstreamError          a model's provider, or whoever chose it
        ├── ProviderRefused    502 provider_refused    it answered with an error
        │   ├── RequestRejected 400 request_rejected   the provider says that this very request must change
        │   ├── ProviderBusy   429 provider_busy       it takes no more of our requests for now
        │   └── ProviderUnpaid 402 provider_unpaid     the account at the provider has no money left
        ├── ProvidersResting   503 providers_resting   all targets failed of late; none is asked before its cool-down
        ├── ProviderTimeout    504 provider_timeout    it did not answer in time
        ├── ProviderUnreachable 502 provider_unreachable no connection
        └── UnusableAnswer     502 unusable_answer     it answered with something that could not be read

Expected failures of a feature are outcomes of its `Result`, not exceptions; the server and the command line turn what
remains into one shape. Every class has a code, an HTTP status and an anchor in `docs/reference/errors.md`.
"""

from plimsoll.errors.tree import (
    AddressInUse,
    BudgetExhausted,
    CallerError,
    DeadlinePassed,
    DiskFull,
    DocumentError,
    Forbidden,
    InvalidDataset,
    InvalidFeature,
    InvalidRequest,
    InvalidSettings,
    LimitReached,
    LimitsUnavailable,
    MissingPart,
    ModelMissing,
    NeedsConfirmation,
    NoProject,
    NotBound,
    NotFound,
    NotRecorded,
    OperatorError,
    Overloaded,
    PlimsollError,
    PriceUnknown,
    ProjectError,
    ProviderBusy,
    ProviderRefused,
    ProvidersResting,
    ProviderTimeout,
    ProviderUnpaid,
    ProviderUnreachable,
    RequestRejected,
    SourceUnavailable,
    StoreUnavailable,
    TooLarge,
    Unauthenticated,
    UnknownFormat,
    UnreadableDocument,
    UnsafeAddress,
    UntrustedOrigin,
    UnusableAnswer,
    UpstreamError,
)
from plimsoll.errors.wording import nearest_name, one_of, unknown_name

__all__ = [
    "AddressInUse",
    "BudgetExhausted",
    "CallerError",
    "DeadlinePassed",
    "DiskFull",
    "DocumentError",
    "Forbidden",
    "InvalidDataset",
    "InvalidFeature",
    "InvalidRequest",
    "InvalidSettings",
    "LimitReached",
    "LimitsUnavailable",
    "MissingPart",
    "ModelMissing",
    "NeedsConfirmation",
    "NoProject",
    "NotBound",
    "NotFound",
    "NotRecorded",
    "OperatorError",
    "Overloaded",
    "PlimsollError",
    "PriceUnknown",
    "ProjectError",
    "ProviderBusy",
    "ProviderRefused",
    "ProviderTimeout",
    "ProviderUnpaid",
    "ProviderUnreachable",
    "ProvidersResting",
    "RequestRejected",
    "SourceUnavailable",
    "StoreUnavailable",
    "TooLarge",
    "Unauthenticated",
    "UnknownFormat",
    "UnreadableDocument",
    "UnsafeAddress",
    "UntrustedOrigin",
    "UnusableAnswer",
    "UpstreamError",
    "nearest_name",
    "one_of",
    "unknown_name",
]
