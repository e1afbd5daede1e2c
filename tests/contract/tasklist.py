"""A worked example: the connector of "Tasklist", a made-up vendor whose lists can only be read whole."""

from datetime import UTC, datetime

from connectors.contract import Page, PlainSource, RawRecord, Reject, Scope, SourceConfig, Tally
from connectors.errors import BadPayload, NotPermitted, Rejected, Retry, SignInFailed, TokenRefused
from connectors.http import Client, Redactor, budget_of, seconds_to_wait
from connectors.paging import instant

MEANINGS = {401: TokenRefused, 403: NotPermitted, 429: Retry, 500: Retry, 502: Retry, 503: Retry, 504: Retry}


class Tasklist(PlainSource):
    """Walks a list until two walks agree, so that a row which moves between pages is never taken for gone."""

    config_type, streams, concurrency = SourceConfig, ("tasks",), 2

    def __init__(self, config, surroundings, silence_s=None):
        self.config, self.tally, self.token = config, Tally(), ""
        self.redact = Redactor([config.client_secret.get_secret_value()])
        budget = budget_of(config.base_url, config.client_id, config.requests_per_minute, surroundings.allowances)
        waits = {"timeout": (silence_s, silence_s)} if silence_s else {}
        self.client = Client(budget=budget, redact=self.redact, stop=surroundings.stop, tally=self.tally, **waits)
        self.close = self.client.close

    def scopes(self, stream):
        return tuple(Scope(row["id"], row["name"]) for row in self.settled("/projects")[0])

    def pages(self, stream, scope, cursor):
        rows, bad = self.settled("/tasks", project=scope.id)
        records = tuple(RawRecord(stream, row["id"], instant(row.get("updated")), row) for row in rows)
        rejected = tuple(Reject("a row without an id", self.redact(str(row))[:200]) for row in bad)
        yield Page(records, {}, complete=not bad, rejected=rejected)

    def settled(self, path, **query):
        before = None
        for _ in range(8):
            rows, bad = self.walk(path, query)
            if rows.keys() == before:
                return rows.values(), bad
            before = rows.keys()
        raise BadPayload(f"GET {path}: the list changed during each of 8 walks")

    def walk(self, path, query):
        """One walk until a page is empty: totals and page sizes are not believed."""
        rows, bad, page = {}, [], None
        for index in range(10_000):
            former, page = page, self.get(path, {**query, "page_index": index, "page_size": 100})["rows"]
            if not page:
                return rows, bad
            if page == former:
                raise BadPayload(f"GET {path}: page {index} repeats the one before it")
            for row in page:
                key = row.get("id") if isinstance(row, dict) else None
                rows.update({key: row}) if isinstance(key, str) and key else bad.append(row)
        raise BadPayload(f"GET {path}: a list without an end")

    def get(self, path, query):
        try:
            return self.send("GET", path, params=query, headers={"X-Token": self.token or self.sign_in()})
        except TokenRefused:
            return self.send("GET", path, params=query, headers={"X-Token": self.sign_in()})

    def sign_in(self):
        who = {"id": self.config.client_id, "secret": self.config.client_secret.get_secret_value()}
        self.token = self.send("POST", "/login", "token", str, otherwise=SignInFailed, json=who)["token"]
        self.redact.add(self.token)
        return self.token

    def send(self, method, path, key="rows", kind=list, otherwise=Rejected, **what):
        def judge(answer):
            said = f"{method} {path}: HTTP {answer.status} {self.client.excerpt(answer)}"
            error = MEANINGS.get(answer.status, otherwise)
            if error is Retry:
                now = answer.server_time or datetime.now(UTC)
                raise Retry(said, after_s=seconds_to_wait(answer.headers, ["Retry-After"], now))
            if answer.status != 200:
                raise error(said)
            if not isinstance(answer.body, dict) or not isinstance(answer.body.get(key), kind):
                raise Retry(f"{said} without {key!r}", most=2)

        return self.client.send(method, self.config.base_url + path, judge=judge, **what).body
