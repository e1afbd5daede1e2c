"""What machines ask of a service, without a login: is it alive, is it ready, and its numbers for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from flask import Flask, Response

from bridge.language import Lang
from bridge.usecases.health import CHECKS, Condition
from bridge.usecases.metrics import Measured
from bridge.web.answers import json_answer


class Probed(Protocol):
    """What the probes ask; none of it may raise or name a person."""

    @property
    def language(self) -> Lang:
        """The language of the settings."""

    def condition(self) -> Condition:
        """What keeps the service from working, and what is worth a look."""

    def metrics(self) -> Sequence[Measured]:
        """What a monitoring system may know."""


def add_probes(app: Flask, services: Probed) -> None:
    @app.get("/healthz")
    def alive() -> Response:
        return json_answer({"status": "ok"})

    @app.get("/readyz")
    def ready() -> Response:
        found, lang = services.condition(), services.language
        document = {
            "ready": not found.obstacles,
            "problems": [one.text.say(lang) for one in found.obstacles],
            "checks": {name: name not in {one.code for one in found.obstacles} for name in CHECKS},
            "notices": [
                {"code": one.code, "severity": one.severity, "place": one.place, "message": one.text.say(lang)}
                for one in found.concerns
                if not one.is_quiet
            ],
        }
        return json_answer(document, 503 if found.obstacles else 200)

    @app.get("/metrics")
    def metrics() -> Response:
        return metrics_answer(services.metrics(), services.language)


def metrics_answer(measured: Iterable[Measured], lang: Lang) -> Response:
    # Only who is asked for numbers waits for the library.
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
    from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
    from prometheus_client.registry import Collector

    class Read(Collector):
        def collect(self) -> Iterator[Metric]:
            for one in measured:
                about = one.about.say(lang)
                if one.kind == "summary":
                    summary = SummaryMetricFamily(one.name, about, labels=one.labels)
                    for labels, (count, total) in one.samples:
                        summary.add_metric(labels, count_value=int(count), sum_value=total)
                    yield summary
                    continue
                kind = CounterMetricFamily if one.kind == "counter" else GaugeMetricFamily
                family = kind(one.name, about, labels=one.labels)
                for labels, (number,) in one.samples:
                    family.add_metric(labels, number)
                yield family

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Read())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
