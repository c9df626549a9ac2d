"""Two web processes on one PostgreSQL and one Redis: people must not notice which one answers."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect
from redis.asyncio import Redis

from tests.load_balancer import LoadBalancer
from tests.portal_server import Portal, two_web_processes
from tests.postgres_server import PostgresServer
from tests.redis_server import running_redis
from tests.security.raw_socket import RawTab

HYDRATE = "reflex___state____state.hydrate"
HYDRATE_AND_LOAD = "reflex___state____state.hydrate_and_load"
CODES_A_MINUTE = 6
# One worker starts the servers, not each of them.
pytestmark = pytest.mark.xdist_group("scale-out")
Cluster = tuple[Portal, LoadBalancer]


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with running_redis() as url:
        yield url


@pytest.fixture(scope="session")
def cluster(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer, redis_url: str
) -> Iterator[Cluster]:
    # Spelled as an operator would, without a driver.
    database = postgres_server.url(postgres_server.create()).replace("+psycopg", "")
    with two_web_processes(
        tmp_path_factory.mktemp("cluster"), PORTAL_DATABASE_URL=database, PORTAL_REDIS_URL=redis_url
    ) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def portal(cluster: Cluster) -> Portal:
    """What every other browser test calls the portal is both processes here."""
    return cluster[0]


@pytest.fixture
def balancer(cluster: Cluster) -> LoadBalancer:
    cluster[1].use(0)
    return cluster[1]


async def _until(tab: RawTab, text: str) -> None:
    """Wait for a frame with *text*: how long two processes take is nothing to guess at."""
    deadline = time.monotonic() + 20
    while not any(text in frame for frame in tab.frames):
        assert time.monotonic() < deadline, tab.frames
        await asyncio.sleep(0.05)


async def test_a_tab_finds_its_state_in_the_other_process(
    portal: Portal, balancer: LoadBalancer
) -> None:
    cookie = portal.cookie_of(portal.sign_in("ada@example.com"))
    async with RawTab(portal, cookie=cookie) as tab:
        await tab.send(HYDRATE_AND_LOAD)
        await _until(tab, "Trading Room")
    balancer.use(1)
    async with RawTab(portal, cookie=cookie, token=tab.token) as moved:
        # Hydrating reads nothing from the database: what it shows was kept.
        await moved.send(HYDRATE)
        await _until(moved, "Trading Room")
    assert balancer.accepted[1] > 0


async def test_no_cookie_stands_in_redis(
    portal: Portal, balancer: LoadBalancer, redis_url: str
) -> None:
    client = portal.sign_in("ada@example.com")
    async with RawTab(portal, cookie=portal.cookie_of(client)) as tab:
        await tab.send(HYDRATE_AND_LOAD)
        await _until(tab, "Trading Room")
    async with Redis.from_url(redis_url) as redis:
        names = [name async for name in redis.scan_iter(f"{tab.token}*")]
        kept = b"".join([value for value in await redis.mget(names) if value])
    assert b"Trading Room" in kept
    assert [name for name, value in client.cookies.items() if value.encode() in kept] == []


async def test_signing_out_in_one_process_ends_the_tab_in_the_other(
    portal: Portal, balancer: LoadBalancer
) -> None:
    client = portal.sign_in("ada@example.com")
    other = httpx.AsyncClient(
        base_url=f"http://localhost:{balancer.ports[1]}",
        headers={"Origin": portal.origin},
        cookies=client.cookies,
    )
    async with other, RawTab(portal, cookie=portal.cookie_of(client)) as tab:
        await tab.send(HYDRATE_AND_LOAD)
        await _until(tab, "Trading Room")
        assert (await other.post("/auth/logout")).status_code == 303
        tab.frames.clear()
        await tab.send(HYDRATE_AND_LOAD)
        await _until(tab, "/login/")
        received = await tab.settle()
    assert "Trading Room" not in received


async def test_the_next_person_in_the_tab_sees_nothing_of_the_last_in_the_other_process(
    portal: Portal, balancer: LoadBalancer
) -> None:
    ada = portal.sign_in("ada@example.com")
    async with RawTab(portal, cookie=portal.cookie_of(ada)) as tab:
        await tab.send(HYDRATE_AND_LOAD)
        await _until(tab, "Trading Room")
    eve = portal.sign_in("eve@example.com")
    balancer.use(1)
    async with RawTab(portal, cookie=portal.cookie_of(eve), token=tab.token) as moved:
        await moved.send(HYDRATE)
        await _until(moved, "eve@example.com")
        received = await moved.settle()
    assert "Trading Room" not in received
    assert "ada@example.com" not in received


def test_both_processes_count_towards_one_limit(portal: Portal, balancer: LoadBalancer) -> None:
    answers = []
    for number in range(CODES_A_MINUTE + 2):
        with httpx.Client(
            base_url=f"http://localhost:{balancer.ports[number % 2]}",
            headers={"Origin": portal.origin},
        ) as browser:
            asked = browser.post("/auth/code", data={"email": "nobody@example.com"})
            answers.append(asked.status_code)
    assert answers == [303] * CODES_A_MINUTE + [429] * 2


def test_a_person_moves_between_the_processes_without_noticing(
    new_context: Callable[..., BrowserContext],
    portal: Portal,
    balancer: LoadBalancer,
    sign_in: Callable[..., None],
) -> None:
    page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(page, "ada@example.com")
    expect(page.get_by_role("link", name="Manage Trading Room").first).to_be_visible()
    before = balancer.accepted[1]
    balancer.use(1)
    _open_account(page)
    expect(page.get_by_role("main")).to_contain_text("ada@example.com")
    assert balancer.accepted[1] > before
    page.goto(portal.membership("active")["manage_url"])
    expect(page.get_by_role("heading", name="Trading Room", level=1)).to_be_visible()
    balancer.use(0)
    page.get_by_role("button", name="Profile").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/login/"))
    balancer.use(1)
    page.goto("/orders/")
    expect(page).to_have_url(re.compile(r"/login/\?next="))


def _open_account(page: Page) -> None:
    """By the router, not by loading a document: the open socket has to be made anew."""
    page.get_by_role("button", name="Profile").click()
    page.get_by_role("link", name="Account", exact=True).first.click()
