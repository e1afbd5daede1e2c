"""Mutants that walk badly, lose rows, or spoil what they carry."""

from __future__ import annotations

import html
from itertools import count

from connectors.contract import Page
from connectors.errors import BadPayload
from tests.contract.mutants import Bending, fails, with_payloads
from tests.contract.tasklist import Tasklist
from tests.replacing import replace

MOVING, LATER = "rows that move while pages are read: ", "rows that move during a later run: "


@fails("a quiet world")
class SkipsTheLastPage(Tasklist):
    def walk(self, path, query):
        rows, bad = super().walk(path, query)
        return dict(list(rows.items())[: len(rows) // 10 * 10 or None]), bad


@fails("a quiet world")
class NeverSaysThatItSawEverything(Bending):
    def bent(self, page, stream, scope):
        return replace(page, complete=False)


@fails("pages of the usual size")
class ReadsAHundredRows(Bending):
    def bent(self, page, stream, scope):
        return replace(page, records=page.records[:100])


@fails(*(MOVING + name for name in ("purge", "reverse", "rotate", "delete")))
@fails(*(LATER + name for name in ("purge", "reverse", "delete")))
class WalksOnce(Tasklist):
    def settled(self, path, **query):
        rows, bad = self.walk(path, query)
        return rows.values(), bad


@fails(*(phase + name for phase in (MOVING, LATER) for name in ("insert", "edit", "create")))
@fails("ties in one second", "late rows", "a date in the future", "a move to another project is a move: forth")
class ReadsAScopeOnlyOnce(WalksOnce):
    def pages(self, stream, scope, cursor):
        if cursor:
            yield Page((), cursor)
            return
        for page in super().pages(stream, scope, cursor):
            yield replace(page, cursor={"done": True})


@fails("late rows", "a date in the future")
class KnowsUpdatesByTheLatest(Tasklist):
    """Takes the latest update it met for the moment up to which everything was seen."""

    def pages(self, stream, scope, cursor):
        high = cursor.get("high", 0)
        for page in super().pages(stream, scope, {}):
            news = tuple(record for record in page.records if record.payload["updated"] > high)
            latest = max([high, *(record.payload["updated"] for record in page.records)])
            yield Page(news, {"high": latest}, complete=page.complete and not high)


@fails("ties in one second")
class KnowsTasksByTheSecond(Bending):
    def bent(self, page, stream, scope):
        return replace(page, records=tuple({record.updated_at: record for record in page.records}.values()))


@fails("short pages", "a server that caps")
class TakesAShortPageForTheLast(Tasklist):
    was_short = False

    def get(self, path, query):
        if self.was_short:
            self.was_short = False
            return {"rows": []}
        answer = super().get(path, query)
        self.was_short = 0 < len(answer["rows"]) < 10
        return answer


@fails("wrong totals", "a list that tells neither")
class InsistsOnTotals(Tasklist):
    def get(self, path, query):
        answer = super().get(path, query)
        if query["page_index"] == 0:
            self.total = answer.get("total")
        return answer

    def walk(self, path, query):
        rows, bad = super().walk(path, query)
        if self.total != len(rows) + len(bad):
            raise BadPayload(f"GET {path}: {self.total} rows were announced, {len(rows)} came")
        return rows, bad


@fails("a server that ignores the page number")
class TakesARepeatedPageForTheEnd(Tasklist):
    def walk(self, path, query):
        try:
            return super().walk(path, query)
        except BadPayload:
            first = self.get(path, {**query, "page_index": 0, "page_size": 100})
            return {row["id"]: row for row in first["rows"]}, []


@fails("a server that ignores the page number")
class TurnsPagesForEver(Tasklist):
    def walk(self, path, query):
        rows = {}
        for index in count():
            page = self.get(path, {**query, "page_index": index, "page_size": 100})["rows"]
            if not page:
                return rows, []
            rows.update({row["id"]: row for row in page})
        raise AssertionError("counting never ends")


@fails("rows that come twice")
class RefusesDuplicates(Tasklist):
    def get(self, path, query):
        answer = super().get(path, query)
        ids = [row.get("id") for row in answer["rows"] if isinstance(row, dict)]
        if len(ids) != len(set(map(str, ids))):
            raise BadPayload(f"GET {path}: a row came twice")
        return answer


@fails("a row without an id")
class LosesRejectedRows(Bending):
    def bent(self, page, stream, scope):
        return replace(page, rejected=())


@fails("a row without an id")
class IsCompleteDespiteRejectedRows(Bending):
    def bent(self, page, stream, scope):
        return replace(page, complete=True)


@fails("a row without an id", "one broken row hides nothing")
class FailsForOneBrokenRow(Bending):
    def bent(self, page, stream, scope):
        if page.rejected:
            raise BadPayload("a row without an id")
        return page


@fails("strange values cost no task")
class BelievesInTypes(Bending):
    def bent(self, page, stream, scope):
        for record in page.records:
            updated, state = record.payload["updated"], record.payload["state"]
            if type(updated) is not int or not 0 < updated < 4 * 10**9 or state not in ("todo", "doing", "done"):
                raise BadPayload(f"{record.external_id}: {updated} {state}")
        return page


@fails("texts arrive exactly as sent")
class CleansTexts(Bending):
    def bent(self, page, stream, scope):
        return with_payloads(page, lambda row: {**row, "description": self.clean(row["description"] or "")})

    def clean(self, text):
        known = html.escape(text[:1000].encode("gbk", "ignore").decode("gbk"))
        return "".join(character for character in known if character.isprintable())


@fails("payloads arrive exactly as sent")
class LeavesOutWhatIsUnset(Bending):
    def bent(self, page, stream, scope):
        return with_payloads(page, lambda row: {key: value for key, value in row.items() if value is not None})


@fails("cursors survive json")
class KeepsATupleInTheCursor(Bending):
    def bent(self, page, stream, scope):
        return replace(page, cursor={"range": (1, 2)})


class ResumesInside(Tasklist):
    """Five records a page; not a mutant by itself."""

    ahead = 0

    def pages(self, stream, scope, cursor):
        at = cursor.get("at", 0)
        for page in super().pages(stream, scope, {}):
            for start in range(at, len(page.records), 5):
                yield Page(page.records[start : start + 5], {"at": start + 5 + self.ahead})
            yield replace(page, records=())


@fails("a first read goes on", "a later read goes on")
class ResumesOnePageTooLate(ResumesInside):
    ahead = 5


@fails("a first read goes on")
class SaysCompleteBeforeTheEnd(ResumesInside):
    def pages(self, stream, scope, cursor):
        pages = list(super().pages(stream, scope, cursor))
        if cursor:
            pages = pages[-1:]
        yield from pages


@fails("a move to another project is a move")
class KnowsATaskByItsFirstProject(Bending):
    first: dict[tuple[str, str], str] = {}

    def bent(self, page, stream, scope):
        home = lambda record: self.first.setdefault((self.config.base_url, record.external_id), scope.id)  # noqa: E731
        return replace(page, records=tuple(record for record in page.records if home(record) == scope.id))


@fails("what is not shown any more")
class NeverForgets(Bending):
    met: dict[tuple[str, str], dict] = {}

    def bent(self, page, stream, scope):
        met = self.met.setdefault((self.config.base_url, scope.id), {})
        met.update({record.external_id: record for record in page.records})
        return replace(page, records=tuple(met.values()))


@fails("one scope read alone")
class IsCompleteOnlyWhenExpected(Bending):
    was_told = False

    def expect(self, stream, cursors):
        self.was_told = True

    def bent(self, page, stream, scope):
        return replace(page, complete=page.complete and self.was_told)
