"""The JSON that the API answers with, in whop-sdk 2.6.0's words: every key is always present.

The OpenAPI document is generated from these, and mypy holds the code that fills them to them.
What this portal has no notion of (affiliates, split payments, reviews) is null, empty or zero.
"""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict


class Money(TypedDict):
    """*amount* is in major units, with exactly *decimals* decimals."""

    amount: str
    currency: str
    decimals: int
    display_decimals: int


class PageInfo(TypedDict):
    """*end_cursor* is null when there is nothing more to come."""

    start_cursor: str | None
    end_cursor: str | None
    has_next_page: bool
    has_previous_page: bool


class StorefrontAccount(TypedDict):
    id: str
    logo_url: str | None
    route: str
    title: str


class AccountSummary(TypedDict):
    id: str
    title: str


class MembershipProduct(TypedDict):
    id: str
    logo_url: str | None
    title: str


class Membership(TypedDict):
    """One membership; *manage_url* is what to send its holder."""

    id: str
    status: str
    most_recent_action: str | None
    most_recent_action_at: str | None
    account: StorefrontAccount
    product: MembershipProduct
    product_id: str
    plan_id: str
    user_id: str | None
    member: None
    member_id: str
    manage_url: str
    license_key: str | None
    phone_number: None
    metadata: dict[str, Any]
    initial_price: Money
    renewal_price: Money | None
    billing_period_days: int | None
    collection_method: str | None
    cancel_at_period_end: bool
    canceled_at: str | None
    cancel_option: str | None
    cancellation_reason: str | None
    feedback_option: None
    current_period_start: str | None
    current_period_end: str | None
    expires_at: str | None
    created_at: str
    updated_at: str
    affiliate: None
    promo_code_id: None
    split_pay_current_payments: None
    split_pay_required_payments: None


class ProfilePicture(TypedDict):
    url: str


class UserSummary(TypedDict):
    id: str
    name: str | None
    profile_picture: ProfilePicture
    username: str


class Member(TypedDict):
    """One holding of one membership; *usd_total_spent* is in the currency that was paid."""

    id: str
    account_id: str
    access_level: str
    status: str
    display_name: str
    email: str | None
    phone_number: None
    user: UserSummary | None
    usd_total_spent: Money
    token_balance: float
    most_recent_action: str
    most_recent_action_at: str | None
    last_accessed_at: None
    joined_at: str
    created_at: str


class User(TypedDict):
    id: str
    username: str
    name: str | None
    email: None
    bio: None
    profile_picture: ProfilePicture
    banner: None
    created_at: str
    social_links: list[Any]
    social_accounts: list[Any]
    verification: dict[str, Any]
    balance: None
    balance_history: None
    balances: list[Any]
    cards: None
    earnings_usd: None
    level: None
    total_usd: None
    trading: None
    whop_partner_enabled_at: None
    whop_partner_onboarded_accounts_count: None
    whop_partner_verified_at: None


class Access(TypedDict):
    has_access: bool
    access_level: str


class PlanProduct(TypedDict):
    id: str
    title: str


class Plan(TypedDict):
    """A price of a product; *initial_price_due* is what the first period costs."""

    id: str
    account: AccountSummary
    product: PlanProduct
    title: str | None
    description: None
    plan_type: str
    visibility: str
    release_method: str
    currency: str
    initial_price: float
    renewal_price: float
    initial_price_due: Money
    formatted_price: str
    billing_period: int | None
    expiration_days: None
    trial_period_days: None
    purchase_url: str
    collect_tax: bool
    tax_type: str
    adaptive_pricing_enabled: bool
    attributes: None
    cancel_discount_intervals: None
    cancel_discount_percentage: None
    checkout_styling: None
    custom_fields: list[Any]
    deletable: bool
    effective_payment_method_configuration: None
    image: None
    internal_notes: None
    invoice: None
    member_count: None
    metadata: dict[str, Any]
    offer_cancel_discount: bool
    payment_method_configuration: None
    sku: None
    split_pay_required_payments: None
    stock: None
    strike_through_initial_price: None
    strike_through_renewal_price: None
    three_ds_level: None
    unlimited_stock: bool
    created_at: str
    updated_at: str


class ProductPublicPlan(TypedDict):
    id: str
    title: str | None
    plan_type: str
    visibility: str
    billing_period: int | None
    expiration_days: None
    initial_price: Money
    renewal_price: Money
    unlimited_stock: bool


class ProductListItem(TypedDict):
    id: str
    title: str
    description: str | None
    headline: None
    route: str
    visibility: str
    account: AccountSummary
    default_plan: ProductPublicPlan | None
    metadata: dict[str, Any]
    member_count: int
    average_review_rating: float
    published_reviews_count: int
    gallery_images: list[Any]
    labels: list[str]
    external_identifier: None
    variant_attributes: None
    verified: bool
    created_at: str
    updated_at: str


class Product(ProductListItem):
    variants: list[Plan]
    marketplace_status: str
    custom_cta: None
    custom_cta_url: None
    custom_statement_descriptor: None
    global_affiliate_percentage: None
    global_affiliate_status: None
    member_affiliate_percentage: None
    member_affiliate_status: None
    owner_user: None
    product_tax_code: None
