"""Payment methods and setup intents as JSON, in whop-sdk 2.6.0's words (see `shapes`)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field
from typing_extensions import TypedDict

from portal_app.api.shapes import UserSummary


class IconFiles(TypedDict):
    svg: str
    png_1x: str
    png_2x: str
    png_4x: str


class IconVariants(TypedDict):
    light: IconFiles
    dark: IconFiles


class Icons(TypedDict):
    """Our own drawings of a card, a bank and a purse: brands' marks are theirs."""

    card: IconVariants
    square: IconVariants


class CardDetails(TypedDict):
    """*exp_year* has two digits; *three_ds_verified* is false where we don't know."""

    brand: str | None
    exp_month: int | None
    exp_year: int | None
    expired: bool
    fingerprint: str | None
    funding_type: str | None
    last4: str | None
    three_ds_verified: bool


class UsBankAccountDetails(TypedDict):
    account_type: None
    bank_name: str | None
    last4: str | None


class SepaDebitDetails(TypedDict):
    bank_code: None
    branch_code: None
    country: None
    last4: str | None


class CashappDetails(TypedDict):
    buyer_id: None
    cashtag: None


class IdealDetails(TypedDict):
    bank: str | None
    bic: None


class _Common(TypedDict):
    id: str
    created_at: str
    payment_method_type: str
    icons: Icons


class BasePaymentMethod(_Common):
    """A kind of which there is nothing more to say, such as Link."""

    typename: Literal["BasePaymentMethod"]


class CardPaymentMethod(_Common):
    typename: Literal["CardPaymentMethod"]
    has_payer_document: bool
    card: CardDetails


class UsBankAccountPaymentMethod(_Common):
    typename: Literal["UsBankAccountPaymentMethod"]
    us_bank_account: UsBankAccountDetails


class SepaDebitPaymentMethod(_Common):
    typename: Literal["SepaDebitPaymentMethod"]
    sepa_debit: SepaDebitDetails


class CashappPaymentMethod(_Common):
    typename: Literal["CashappPaymentMethod"]
    cashapp: CashappDetails


class IdealPaymentMethod(_Common):
    typename: Literal["IdealPaymentMethod"]
    ideal: IdealDetails


PaymentMethod: TypeAlias = Annotated[
    BasePaymentMethod
    | CardPaymentMethod
    | UsBankAccountPaymentMethod
    | SepaDebitPaymentMethod
    | CashappPaymentMethod
    | IdealPaymentMethod,
    Field(discriminator="typename", title="PaymentMethod"),
]


class InstrumentCard(TypedDict):
    """*exp_year* has four digits."""

    brand: str | None
    exp_month: int | None
    exp_year: int | None
    issuer_identification_number: None
    last4: str | None


class PaymentInstrument(TypedDict):
    card: InstrumentCard | None
    display_name: str
    icons: Icons
    installment_count: None
    payment_method_type: str


class SetupError(TypedDict):
    code: str | None
    message: str


class SetupIntent(TypedDict):
    """*status* says whether the method was saved: only `succeeded` means it was."""

    id: str
    account_id: str
    status: str
    last_setup_error: SetupError | None
    client_secret: str | None
    return_url: str | None
    payment_method_id: str | None
    payment_method_type: str | None
    payment_instrument: PaymentInstrument | None
    member_id: str | None
    user: UserSummary | None
    metadata: dict[str, Any]
    three_ds_level: None
    three_ds_verified: bool
    checkout_configuration_id: None
    created_at: str
    updated_at: str


class RedirectData(TypedDict):
    url: str
    frame_max_width: None


class NextAction(TypedDict):
    type: Literal["redirect"]
    data: RedirectData
    render: list[str]


class SetupStatus(TypedDict):
    """*next_action* is where to send the customer while *status* is `requires_action`."""

    id: str
    object: str
    status: str
    last_setup_error: SetupError | None
    next_action: NextAction | None
    return_url: str | None
