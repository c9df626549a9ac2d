"""How a company's portal behaves: the defaults, and reading a published version of them.

A version's `body` holds only what differs from the defaults, so that a default that is improved
here reaches everybody who never chose otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from portal_app.catalog.notice_policy import NoticePolicy
from portal_app.catalog.retention import (
    OwnReason,
    RetentionDiscount,
    read_discounts,
    read_reasons,
)
from portal_app.catalog.support_policy import SupportPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """When a membership that is not plainly paid still gives access.

    *grace_days* counts from the start of the unpaid period; None is as long as Stripe retries.
    """

    while_past_due: bool = True
    grace_days: int | None = None
    while_paused: bool = True

    @classmethod
    def read(cls, body: object) -> Self:
        """Read a stored document; anything of the wrong type falls back to its default."""
        given = body if isinstance(body, Mapping) else {}
        default = cls()
        days = given.get("grace_days")
        return cls(
            while_past_due=_flag(given.get("while_past_due"), default.while_past_due),
            grace_days=days if type(days) is int and days >= 0 else default.grace_days,
            while_paused=_flag(given.get("while_paused"), default.while_paused),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPolicy:
    """How a membership ends when its holder cancels. That they can is not for anybody to decide.

    With *at_once* it ends right away instead of with the paid period. *void_unpaid* takes an
    overdue invoice back; without it, it is still owed and the page says so.

    *reasons* are the company's own, asked instead of ours. At most one offer stands beside the
    button: the first of *offers* (`discount`, `plan`, `pause`) that can be made; *discounts* are by
    plan. *undo_company_end* lets a holder take back an end that the company has arranged.
    """

    at_once: bool = False
    void_unpaid: bool = True
    reasons: tuple[OwnReason, ...] = ()
    offers: tuple[str, ...] = ("discount", "plan", "pause")
    discounts: Mapping[str, RetentionDiscount] = field(default_factory=dict)
    undo_company_end: bool = False

    @classmethod
    def read(cls, body: object) -> Self:
        """Read a stored document; anything of the wrong type falls back to its default."""
        given = body if isinstance(body, Mapping) else {}
        default = cls()
        return cls(
            at_once=_flag(given.get("at_once"), default.at_once),
            void_unpaid=_flag(given.get("void_unpaid"), default.void_unpaid),
            reasons=read_reasons(given.get("reasons")),
            offers=_texts(given.get("offers"), default.offers),
            discounts=read_discounts(given.get("discounts")),
            undo_company_end=_flag(given.get("undo_company_end"), default.undo_company_end),
        )


class TransferMode(StrEnum):
    """Whether a holder may hand a membership on: by themselves, with the seller's word, or not."""

    ON = "on"
    APPROVAL = "approval"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferPolicy:
    """Whether a holder may hand a membership on."""

    mode: TransferMode = TransferMode.ON

    @classmethod
    def read(cls, body: object) -> Self:
        """Read a stored document; anything of the wrong type falls back to its default."""
        given = body if isinstance(body, Mapping) else {}
        return cls(mode=_mode(given.get("mode")) or cls().mode)


def _mode(value: object) -> TransferMode | None:
    return TransferMode(value) if isinstance(value, str) and value in set(TransferMode) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PausePolicy:
    """Whether and how long a holder may pause, and how often in twelve months.

    Access stops while it is paused, unless it is to be kept (*keeps_access*); of subscriptions that
    Stripe can't pause, only the charging pauses, and `AccessPolicy.while_paused` decides.
    """

    offered: bool = True
    longest_months: int = 3
    per_year: int = 2
    keeps_access: bool = False

    @classmethod
    def read(cls, body: object) -> Self:
        """Read a stored document; anything of the wrong type falls back to its default."""
        given = body if isinstance(body, Mapping) else {}
        default = cls()
        return cls(
            offered=_flag(given.get("offered"), default.offered),
            longest_months=_within(given.get("longest_months"), 1, 12, default.longest_months),
            per_year=_within(given.get("per_year"), 0, 12, default.per_year),
            keeps_access=_flag(given.get("keeps_access"), default.keeps_access),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RejoinPolicy:
    """Whether who has left may come back by themselves, at the price that holds now."""

    offered: bool = True

    @classmethod
    def read(cls, body: object) -> Self:
        """Read a stored document; anything of the wrong type falls back to its default."""
        given = body if isinstance(body, Mapping) else {}
        return cls(offered=_flag(given.get("offered"), cls().offered))


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawPolicy:
    """What is kept when somebody withdraws from a contract. That they can is for laws to decide.

    *pro_rata* says that the company has its customers agree, before they buy, that a service begins
    at once and that what was used of it is paid for (Directive 2011/83/EU art. 7(3), 14(3)). With
    *automatic* a withdrawal in time ends the membership and gives the money back by itself, a day
    after its holder was told; otherwise somebody of the company says so.
    """

    pro_rata: bool = False
    automatic: bool = False

    @classmethod
    def read(cls, body: object) -> Self:
        """Read a stored document; anything of the wrong type falls back to its default."""
        given = body if isinstance(body, Mapping) else {}
        default = cls()
        return cls(
            pro_rata=_flag(given.get("pro_rata"), default.pro_rata),
            automatic=_flag(given.get("automatic"), default.automatic),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChangePolicy:
    """What holders may change about their plan by themselves.

    *targets* None is every plan that is sold of the same product; otherwise exactly these (`plan_…`
    or Stripe's ids of prices), also of the company's other products; none at all where it is empty.
    A cheaper plan begins with the next period, with *downgrade_at_once* right away and the rest of
    the period as credit. *least* and *most* are how many units may be had; one is no choice.
    """

    targets: tuple[str, ...] | None = None
    downgrade_at_once: bool = False
    in_trial: bool = True
    least: int = 1
    most: int = 1
    promotion_codes: bool = True

    @property
    def offers_quantity(self) -> bool:
        return self.least < self.most

    @classmethod
    def read(cls, body: object) -> Self:
        """Read a stored document; anything of the wrong type falls back to its default."""
        given = body if isinstance(body, Mapping) else {}
        default = cls()
        units = given.get("quantity")
        least, most = _range(units) or (default.least, default.most)
        return cls(
            targets=_targets(given.get("targets")),
            downgrade_at_once=_flag(given.get("downgrade_at_once"), default.downgrade_at_once),
            in_trial=_flag(given.get("in_trial"), default.in_trial),
            least=least,
            most=most,
            promotion_codes=_flag(given.get("promotion_codes"), default.promotion_codes),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """One company's policies as they apply now."""

    access: AccessPolicy = field(default_factory=AccessPolicy)
    cancel: CancelPolicy = field(default_factory=CancelPolicy)
    pause: PausePolicy = field(default_factory=PausePolicy)
    rejoin: RejoinPolicy = field(default_factory=RejoinPolicy)
    transfer: TransferPolicy = field(default_factory=TransferPolicy)
    withdraw: WithdrawPolicy = field(default_factory=WithdrawPolicy)
    plan_change: PlanChangePolicy = field(default_factory=PlanChangePolicy)
    notices: NoticePolicy = field(default_factory=NoticePolicy)
    support: SupportPolicy = field(default_factory=SupportPolicy)

    @classmethod
    def read(cls, body: Mapping[str, object]) -> Self:
        return cls(
            access=AccessPolicy.read(body.get("access")),
            cancel=CancelPolicy.read(body.get("cancel")),
            pause=PausePolicy.read(body.get("pause")),
            rejoin=RejoinPolicy.read(body.get("rejoin")),
            transfer=TransferPolicy.read(body.get("transfer")),
            withdraw=WithdrawPolicy.read(body.get("withdraw")),
            plan_change=PlanChangePolicy.read(body.get("plan_change")),
            notices=NoticePolicy.read(body.get("notices")),
            support=SupportPolicy.read(body.get("support")),
        )


DEFAULT = Configuration()


def _flag(value: object, default: bool) -> bool:
    return value if isinstance(value, bool) else default


def _within(value: object, least: int, most: int, default: int) -> int:
    return value if type(value) is int and least <= value <= most else default


def _texts(value: object, default: tuple[str, ...]) -> tuple[str, ...]:
    given = value if isinstance(value, list) else None
    texts = given is not None and all(isinstance(one, str) for one in given)
    return tuple(given) if given is not None and texts else default


def _targets(value: object) -> tuple[str, ...] | None:
    """`"all"`, `"none"` or a list of ids."""
    if value == "none":
        return ()
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    return None


def _range(value: object) -> tuple[int, int] | None:
    """`{"least", "most"}` in whole numbers from one on."""
    given = value if isinstance(value, Mapping) else {}
    least, most = given.get("least", 1), given.get("most")
    if type(least) is not int or type(most) is not int or not 1 <= least <= most:
        return None
    return least, most
