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
from portal_app.payment_methods.errors import SetupFailed, SetupLeft, SetupUnderWay
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.service import (
    Uses,
    Wallet,
    change_uses,
    find_wallet,
    finish_setup,
    list_wallets,
    note_setup,
    open_page,
    open_setup,
)
from portal_app.payment_methods.state.errand import Errand
from portal_app.payment_methods.state.offers import offer_to_pay
from portal_app.payment_methods.state.uses import use_choices
from portal_app.payment_methods.views import (
    AddMethodView,
    PayOffer,
    WalletChoice,
    add_method_view,
    decline_sentence,
    decline_sentences,
    label_of,
    wallet_choices,
)
from portal_app.provider.current import provider
from portal_app.settings import CardForm, get_settings
from portal_app.ui.blank import blank
from portal_app.ui.notices import notify, start_page, tell

log = logging.getLogger(__name__)


class AddMethodState(rx.State):
    """*phase* is `loading`, `choose`, `ready`, `checking`, `unconfirmed`, `missing` or `failed`.

    *problem* is what the bank said on a page of its own, *sentences* what it may say in the form.
    The form is told *publishable_key*, *script* and *client_secret* at run time, so that one build
    serves every mode; with *hosted* there is a button to the provider's page instead. Without
    *everywhere*, *members* are charged.
    """

    phase: str = "loading"
    view: AddMethodView = blank(AddMethodView)
    choices: list[WalletChoice] = []
    email: str = ""
    everywhere: bool = True
    members: list[str] = []
    problem: str = ""
    hosted: bool = False
    busy: bool = False
    sentences: dict[str, str] = {}
    publishable_key: str = ""
    script: str = ""
    client_secret: str = ""
    return_url: str = ""
    # The row that says what the method of the open form shall pay for.
    _noted: str = ""
    _asked_about: str = ""

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> AsyncIterator[EventSpec | None]:
        """Open the form; back from the bank's or the provider's page, find out what came of it."""
        await start_page(self)
        chosen = self.everywhere, self.members
        self.reset()
        actor = current_actor()
        self.email = actor.email
        if returning := self._given("setup_intent") or self._given("session_id"):
            self.everywhere, self.members = chosen
            async for event in self._finish(returning):
                yield event
            return
        await self._open(anew=True)
        if self._given("left"):
            await notify(self, "info", actor.reader.say(SetupLeft().sentence))

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def use_everywhere(self, everywhere: bool) -> AsyncIterator[None]:
        self.everywhere = everywhere is True
        yield  # the tick is seen to move before it is written down
        await self._keep_choice()

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def use_for(self, member_id: str, ticked: bool) -> AsyncIterator[None]:
        """Tick one membership, or take its tick away; others' are none of the choices."""
        chosen = {*self.members, member_id} if ticked is True else {*self.members} - {member_id}
        self.members = [one.member_id for one in self.view.uses if one.member_id in chosen]
        yield
        await self._keep_choice()

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

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def leave_for_provider(self) -> AsyncIterator[EventSpec | None]:
        """To the provider's own page, which comes back to this one."""
        actor = current_actor()
        self.busy = True
        yield None
        try:
            async with database().reading() as session:
                wallet = await self._read(session, actor)
            if wallet is not None:
                noted = await note_setup(database(), actor, wallet, self._uses())
                back_to = get_settings().origin + self._errand().here(wallet.customer.id)
                page = await open_page(provider(), wallet, noted, back_to=back_to)
                yield open_document(page.url)
        except NotFound:
            self.phase = "missing"
        except PortalError as refusal:
            await tell(self, actor.reader, refusal)
        finally:
            self.busy = False

    async def _open(self, *, anew: bool = False) -> None:
        """*anew* forgets what was ticked: it is about something else."""
        actor = current_actor()
        try:
            async with database().reading() as session:
                wallet = await self._read(session, actor, anew=anew)
            if wallet is not None:
                await self._open_form(actor, wallet)
        except NotFound:
            self.phase = "missing"
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that a form comes.
            log.exception("the form that adds a payment method could not be opened")
            self.phase = "failed"

    async def _read(
        self, session: AsyncSession, actor: Actor, *, anew: bool = False
    ) -> Wallet | None:
        """Which customer it is about; None when the person has to choose one."""
        reader = actor.reader
        wallets = [
            one
            for one in await list_wallets(session, actor)
            if one.methods or one.customer.currency
        ]
        errand = self._errand()
        given = errand.customer or (wallets[0].customer.id if len(wallets) == 1 else "")
        if not given:
            self.choices = wallet_choices(reader, wallets)
            self.phase = "choose"
            return None
        wallet = await find_wallet(session, actor, given)
        held = await running_memberships(session, actor, business_now())
        product = await self._product(session, actor)
        member_id = errand.member if product else ""
        if anew:
            self.everywhere, self.members = True, [member_id] if member_id else []
        self.view = add_method_view(
            reader,
            wallet,
            use_choices(held, wallet.customer.id),
            alone=len(wallets) < 2,  # noqa: PLR2004 - it and another
            product=product,
            back=errand.back if member_id or errand.transfer else "",
            then_pay=errand.then_pay and bool(product),
            then_accept=bool(errand.transfer),
        )
        return wallet

    async def _product(self, session: AsyncSession, actor: Actor) -> str:
        if not (member_id := self._errand().member):
            return ""
        return (await find_held(session, actor, member_id, business_now())).row.product.title

    async def _open_form(self, actor: Actor, wallet: Wallet) -> None:
        settings = get_settings()
        self.hosted = settings.portal_card_form is CardForm.REDIRECT
        if not self.hosted:
            if not settings.publishable_key:
                raise LookupError("STRIPE_PUBLISHABLE_KEY is not set: nobody can add a card")
            noted = await note_setup(database(), actor, wallet, self._uses())
            setup = await open_setup(provider(), wallet, noted)
            self._noted, self.client_secret = noted.id, setup.client_secret
            self.publishable_key, self.script = settings.publishable_key, settings.stand_in_script
            self.sentences = decline_sentences(actor.reader)
            self.return_url = settings.origin + self._errand().here(wallet.customer.id)
        self.phase = "ready"

    def _uses(self) -> Uses:
        """Whoever came for one membership has that one ticked, also where nothing else can be.

        Whoever came to pay moves nothing by that.
        """
        if not self._errand().moves:
            return Uses()
        return Uses(everywhere=self.everywhere, member_ids=tuple(self.members))

    async def _keep_choice(self) -> None:
        if self._noted:
            await change_uses(database(), current_actor(), self._noted, self._uses())

    async def _finish(self, setup_id: str) -> AsyncIterator[EventSpec | None]:
        actor = current_actor()
        reader = actor.reader
        self.phase, self.client_secret, self._asked_about = "checking", "", setup_id
        yield None
        try:
            method, noted = await finish_setup(database(), provider(), actor, setup_id)
        except SetupLeft as left:
            await self._open()
            self.problem = reader.say(left.sentence)
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
            yield await self._put_to_use(actor, method, noted)

    async def _put_to_use(self, actor: Actor, method: PaymentMethod, noted: str) -> EventSpec:
        """It is on file whatever happens here; without a row of ours no membership moves."""
        reader = actor.reader
        text = reader.say("{method} was added.", method=label_of(reader, method))
        used = self._errand().moves
        try:
            await method_added(desk(), actor, method.id, setup_id=noted)
        except PortalError as later:
            await notify(self, "info", f"{text} {reader.say(later.sentence)}", on_next_page=True)
        else:
            await self._say(text, method, used=used)
        self._noted = ""
        return open_document(await self._back(actor, method))

    async def _say(self, text: str, method: PaymentMethod, *, used: bool) -> None:
        """A method that was put to use could pay what is open: that is offered, never done."""
        offer = await offer_to_pay(current_actor(), method.id) if used else PayOffer()
        text = f"{text} {offer.text}".strip()
        if not self._errand().transfer:
            # That page is not one of these, and lists what was added.
            await notify(self, "ok", text, link=offer.link, on_next_page=True)

    async def _back(self, actor: Actor, method: PaymentMethod) -> str:
        """To what it was added for, unless that is no longer theirs."""
        try:
            async with database().reading() as session:
                product = await self._product(session, actor)
        except NotFound:
            product = ""
        return self._errand().after(method.id, found=bool(product))

    def _errand(self) -> Errand:
        return Errand.of(self.router.url.query_parameters)

    def _given(self, name: str) -> str:
        return str(self.router.url.query_parameters.get(name, ""))
