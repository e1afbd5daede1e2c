"""Signing in, tokens that die, and what never leaves in a message."""

import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, quote_plus

import pytest

from connectors.contract import Scope
from connectors.errors import BadPayload, ConnectorError, PathUnknown, Retry, SignInFailed, Unreachable
from connectors.pingcode.auth import REFRESH_BEFORE, refresh_time
from connectors.testing import Reply
from tests.unit.connectors.pingcode.conftest import NOW, PAY, SECRET, pull, some_items

TOKEN = "/v1/auth/token"


def test_a_token_is_fetched_once_and_used_for_every_call(tenant):
    cloud = tenant(*some_items(3))

    pull(cloud.source())

    assert cloud.asked(TOKEN) == 1
    assert len(cloud.simulator.asked) > 3


def test_a_wrong_secret_is_told_at_once_and_not_tried_again(tenant):
    cloud = tenant()

    with pytest.raises(SignInFailed, match=r"100024.*check client_id and client_secret"):
        pull(cloud.source(client_secret="another"))

    assert cloud.asked(TOKEN) == 1


def test_a_token_that_dies_in_the_middle_is_replaced_and_the_call_replayed(tenant):
    cloud = tenant(*some_items(250))
    pages = cloud.source().pages("work_items", Scope(PAY.id), {})

    first = next(pages)
    cloud.simulator.revoke_tokens()
    rest = list(pages)

    ids = [record.external_id for page in (first, *rest) for record in page.records]
    assert len(set(ids)) == len(ids) == 250
    assert cloud.asked(TOKEN) == 2


def test_a_token_refused_twice_is_a_failed_sign_in(tenant):
    def refuse(request, n):
        return None if request.path.endswith(TOKEN) else Reply({"message": "no"}, 401)

    cloud = tenant(faults=refuse)

    with pytest.raises(SignInFailed, match="issued just now") as caught:
        pull(cloud.source())

    assert caught.value.code == "sign_in_failed"
    assert cloud.asked(TOKEN) == 2


def test_a_token_is_replaced_before_it_dies(tenant):
    cloud = tenant(token_lifetime=timedelta(days=30))
    source = cloud.source(profile="c")
    pull(source)

    cloud.world.advance_to(NOW + timedelta(days=28, hours=23))
    pull(source)
    kept = cloud.asked(TOKEN)
    cloud.world.advance_to(NOW + timedelta(days=29, minutes=1))
    pull(source)

    assert (kept, cloud.asked(TOKEN)) == (1, 2)


def test_threads_that_need_a_token_wait_for_the_same_one(tenant):
    cloud = tenant(*some_items(3), faults=lambda request, n: time.sleep(0.05))
    source = cloud.source(profile="c")

    with ThreadPoolExecutor(6) as pool:
        reads = list(pool.map(lambda _: pull(source), range(6)))
        cloud.simulator.revoke_tokens()
        reads += pool.map(lambda _: pull(source), range(6))

    assert [len(read.records) for read in reads] == [3] * 12
    assert cloud.asked(TOKEN) == 2


def test_the_time_of_death_is_absolute_unless_it_is_too_small_for_that():
    now = datetime(2026, 8, 24, tzinfo=UTC)
    month = int((now + timedelta(days=30)).timestamp())

    assert refresh_time(month, now) == now + timedelta(days=30) - REFRESH_BEFORE
    assert refresh_time(str(month), now) == now + timedelta(days=30) - REFRESH_BEFORE
    assert refresh_time(7200, now) == now + timedelta(seconds=6480)


@pytest.mark.parametrize("odd", [None, "", "soon", 0, -5, 1_500_000_000, 10**30])
def test_an_odd_or_past_time_of_death_leaves_it_to_the_refusal(odd):
    assert refresh_time(odd, datetime(2026, 8, 24, tzinfo=UTC)) is None


def test_the_servers_time_decides_when_our_clock_is_wrong(tenant):
    cloud = tenant(token_lifetime=timedelta(days=30))
    source = cloud.source(profile="c")
    # Our clock is two months ahead: by it the new token would be dead already.
    ahead = NOW + timedelta(days=60)
    source._api.clock._now = lambda: ahead

    pull(source)
    pull(source)

    assert cloud.asked(TOKEN) == 1


def written(error: BaseException) -> str:
    """Everything a log could print of an error, with whatever it carries along."""
    texts, seen = [], error
    while seen is not None:
        texts += [str(seen), repr(seen.args), "".join(traceback.format_exception(seen))]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(texts)


@pytest.mark.parametrize("echo", [SECRET, quote(SECRET, safe=""), quote_plus(SECRET), quote(SECRET).lower()])
@pytest.mark.parametrize("status", [400, 404, 429, 500, 200])
def test_no_secret_leaves_in_an_error_even_if_the_server_repeats_it(tenant, echo, status):
    cloud = tenant(faults=lambda request, n: Reply({"message": f"bad {echo}", "url": echo}, status))

    with pytest.raises(ConnectorError) as caught:
        pull(cloud.source())

    assert leaked(caught.value, echo) == []


def leaked(error: BaseException, echo: str = SECRET) -> list[str]:
    text = written(error)
    return [form for form in (SECRET, quote(SECRET, safe=""), quote_plus(SECRET), echo) if form in text]


def test_no_secret_leaves_when_nobody_answers(tenant):
    cloud = tenant()
    source = cloud.source(base_url="http://127.0.0.1:9")

    with pytest.raises(Unreachable) as caught:
        pull(source)

    assert "127.0.0.1:9" in str(caught.value)
    assert leaked(caught.value) == []


def test_a_base_url_without_its_open_is_told_by_the_path(tenant):
    cloud = tenant(roots=("/open",))

    with pytest.raises(PathUnknown, match="100002"):
        pull(cloud.source(base_url=cloud.url))


def test_a_web_page_instead_of_a_token_points_to_the_base_url(tenant):
    cloud = tenant(faults=lambda request, n: Reply("<html>Sign in</html>"))

    with pytest.raises(BadPayload, match="base_url"):
        pull(cloud.source())


def test_a_server_that_is_down_stays_a_matter_of_trying_again(tenant):
    cloud = tenant(faults=lambda request, n: Reply("<html>502</html>", 502))

    with pytest.raises(Retry, match="502"):
        pull(cloud.source())
