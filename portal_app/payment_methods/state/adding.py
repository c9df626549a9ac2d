"""What the page that adds a payment method holds in a tab; never anything of the card itself."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import reflex as rx
from reflex.event import EventSpec
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor, current_actor
from portal_app.identity.guard import open_document
from portal_app.identity.policy import Policy, allow
from portal_app.intents.service import desk
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound, PortalError
from portal_app.memberships.service import find_held, method_added, running_memberships
from portal_app.payment_methods.errors import SetupFailed, SetupUnderWay
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.service import (
    Wallet,
    find_wallet,
    finish_setup,
    list_wallets,
    open_setup,
)
from portal_app.payment_methods.state.offers import offer_to_pay
from portal_app.payment_methods.views import (
    AddMethodView,
    PayOffer,
    WalletChoice,
    add_href,
    add_method_view,
    decline_sentence,
    decline_sentences,
    label_of,
    wallet_choices,
)
from portal_app.provider.current import provider
from portal_app.settings import get_settings
from portal_app.ui.notices import notify, start_page, tell
from portal_app.ui.reader import Reader

log = logging.getLogger(__name__)


class AddMethodState(rx.State):
    """*phase* is `loading`, `choose`, `ready`, `checking`, `unconfirmed`, `missing` or `failed`.

    *problem* is what the bank said on a page of its own, *sentences* what it may say in the form.
    The form is told *publishable_key*, *script* and *client_secret* at run time, so that one build
    serves every mode.
    """

    phase: str = "loading"
    view: AddMethodView = AddMethodView()
    choices: list[WalletChoice] = []
    email: str = ""
    everywhere: bool = True
    problem: str = ""
    sentences: dict[str, str] = {}
    publishable_key: str = ""
    script: str = ""
    client_secret: str = ""
    return_url: str = ""
    # The setup that this tab opened: only for that one does the tick count.
    _setup_id: str = ""
    _asked_about: str = ""

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> AsyncIterator[EventSpec | None]:
        """Open the form; back from the bank's page, find out what came of it first."""
        await start_page(self)
        kept = self._setup_id, self.everywhere
        self.reset()
        self._setup_id, self.everywhere = kept
        self.email = current_actor().email
        if returning := self._given("setup_intent"):
            async for event in self._finish(returning):
                yield event
        else:
            self.everywhere = True
            await self._open()

    @rx.event
    @allow(Policy.SIGNED_IN)
    def use_everywhere(self, everywhere: bool) -> None:
        self.everywhere = everywhere is True

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def finish(self, setup_id: str) -> AsyncIterator[EventSpec | None]:
        """The form says that it is done; whether it is, the provider tells."""
        async for event in self._finish(str(setup_id)):
            yield event

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def check_again(self) -> AsyncIterator[EventSpec | None]:
        """Ask once more about what could not be found out."""
        async for event in self._finish(self._asked_about):
            yield event

    async def _open(self) -> None:
        actor = current_actor()
        try:
            async with database().reading() as session:
                wallet = await self._read(session, actor)
            if wallet is not None:
                await self._open_form(wallet)
        except NotFound:
            self.phase = "missing"
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that a form comes.
            log.exception("the form that adds a payment method could not be opened")
            self.phase = "failed"

    async def _read(self, session: AsyncSession, actor: Actor) -> Wallet | None:
        """Which customer it is about; None when the person has to choose one."""
        reader = Reader(actor.locale)
        wallets = [
            one
            for one in await list_wallets(session, actor)
            if one.methods or one.customer.currency
        ]
        given = self._given("customer") or (wallets[0].customer.id if len(wallets) == 1 else "")
        if not given:
            self.choices = wallet_choices(reader, wallets)
            self.phase = "choose"
            return None
        wallet = await find_wallet(session, actor, given)
        held = await running_memberships(session, actor, business_now())
        product = await self._product(session, actor)
        self.view = add_method_view(
            reader,
            wallet,
            alone=len(wallets) < 2,  # noqa: PLR2004 - it and another
            used=any(
                one.will_be_charged and one.row.membership.customer_id == wallet.customer.id
                for one in held
            ),
            product=product,
            back=self._membership_page() if product else "",
            then_pay=self._then_pay() and bool(product),
        )
        return wallet

    async def _product(self, session: AsyncSession, actor: Actor) -> str:
        if not (member_id := self._given("member")):
            return ""
        return (await find_held(session, actor, member_id, business_now())).row.product.title

    async def _open_form(self, wallet: Wallet) -> None:
        settings = get_settings()
        setup = await open_setup(provider(), wallet)
        if not settings.publishable_key:
            raise LookupError("STRIPE_PUBLISHABLE_KEY is not set: nobody can add a card")
        here = add_href(wallet.customer.id, self._given("member"), then_pay=self._then_pay())
        self.sentences = decline_sentences(Reader(current_actor().locale))
        self._setup_id = setup.id
        self.publishable_key, self.script = settings.publishable_key, settings.stand_in_script
        self.client_secret, self.return_url = setup.client_secret, settings.origin + here
        self.phase = "ready"

    async def _finish(self, setup_id: str) -> AsyncIterator[EventSpec | None]:
        actor = current_actor()
        reader = Reader(actor.locale)
        self.phase, self.client_secret, self._asked_about = "checking", "", setup_id
        yield None
        try:
            method = await finish_setup(database(), provider(), actor, setup_id)
        except SetupFailed as failed:
            await self._open()
            reason = decline_sentence(reader, failed.reason)
            self.problem = f"{reader.say(failed.sentence)} {reason}"
        except SetupUnderWay as waiting:
            await tell(self, reader, waiting, on_next_page=True)
            yield open_document(AddMethodView().back)
        except NotFound:
            self.phase = "missing"
        except Exception:
            # It may well be saved: the page says that, and asks again when told to.
            log.exception("what became of a setup could not be found out")
            self.phase = "unconfirmed"
        else:
            yield await self._put_to_use(actor, method, own=setup_id == self._setup_id)

    async def _put_to_use(self, actor: Actor, method: PaymentMethod, *, own: bool) -> EventSpec:
        """It is on file whatever happens here; a setup of another tab moves no membership."""
        reader = Reader(actor.locale)
        member_id = self._given("member") if own else ""
        text = reader.say("{method} was added.", method=label_of(reader, method))
        everywhere = own and self.everywhere and not self._then_pay()
        moved = "" if self._then_pay() else member_id
        self._setup_id = ""
        try:
            await method_added(desk(), actor, method.id, everywhere=everywhere, member_id=moved)
        except PortalError as later:
            await notify(self, "info", f"{text} {reader.say(later.sentence)}", on_next_page=True)
        else:
            await self._say(text, method, used=everywhere or bool(moved))
        if not member_id:
            return open_document(AddMethodView().back)
        chosen = f"?method={method.id}" if self._then_pay() else ""
        return open_document(self._membership_page() + chosen)

    async def _say(self, text: str, method: PaymentMethod, *, used: bool) -> None:
        """A method that was put to use could pay what is open: that is offered, never done."""
        offer = await offer_to_pay(current_actor(), method.id) if used else PayOffer()
        text = f"{text} {offer.text}".strip()
        await notify(self, "ok", text, link=offer.link, on_next_page=True)

    def _then_pay(self) -> bool:
        return self._given("then") == "pay"

    def _membership_page(self) -> str:
        page = f"/billing/manage/{self._given('member')}/"
        return f"{page}pay/" if self._then_pay() else page

    def _given(self, name: str) -> str:
        return str(self.router.url.query_parameters.get(name, ""))
