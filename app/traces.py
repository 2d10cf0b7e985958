"""Traces (OpenTelemetry): off unless an address to send them to is set; then stages, statements and routes.

A span says which stage, agency, lane, job or provider, and how long: never a person, an address, a path or a value.
What leaves is filtered by a list, so that no library adds to it: error texts can hold rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Tracer

OURS: Final = frozenset({
    "agency", "lane", "channel", "job", "tick", "provider", "route", "method", "status", "request_id",
})  # fmt: skip
"""What a span of ours may say; a new name must be argued for here."""
THEIRS: Final = frozenset({"db.system", "db.system.name", "db.name", "db.namespace", "db.statement", "db.query.text"})
"""What a statement's span may say besides: its text has names for values, never the values."""
FLUSH_WITHIN: Final = 3_000
"""Milliseconds that a stop waits for what was not sent yet."""
OFF: Final = nullcontext()


class _Held:
    """What makes the spans of this process, if anything does."""

    tracer: "Tracer | None" = None
    provider: Any = None


def span(name: str, **said: str) -> AbstractContextManager[object]:
    """Trace a block; costs nothing while no traces are made."""
    if _Held.tracer is None:
        return OFF
    return _Held.tracer.start_as_current_span(name, attributes=said, record_exception=False)


def say(traced: object, name: str, **said: str) -> None:
    """Name a span, and say of it what was not known when it began."""
    if traced is not None:
        held: Any = traced
        held.update_name(name)
        held.set_attributes(said)


@contextmanager
def tracing(endpoint: str, *, process: str, version: str, exporter: "SpanExporter | None" = None) -> Iterator[None]:
    """Make traces as long as the block lasts, if there is an address to send them to."""
    if not endpoint and exporter is None:
        yield
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    about = {"service.name": "keepcovered", "service.version": version, "keepcovered.process": process}
    provider = TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)
    to = exporter or OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=FLUSH_WITHIN / 1000)
    provider.add_span_processor(BatchSpanProcessor(_filtered(to)))
    statements = PsycopgInstrumentor()
    statements.instrument(tracer_provider=provider)
    _Held.tracer, _Held.provider = provider.get_tracer("keepcovered", version), provider
    try:
        yield
    finally:
        _Held.tracer = _Held.provider = None
        statements.uninstrument()
        provider.force_flush(FLUSH_WITHIN)
        provider.shutdown()


def allowed(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what may be said of a span; ours get the prefix that marks them."""
    given = attributes or {}
    ours = {f"keepcovered.{name}": value for name, value in given.items() if name in OURS}
    return ours | {name: value for name, value in given.items() if name in THEIRS}


def _filtered(to: "SpanExporter") -> "SpanExporter":
    """Return an exporter that hands on only what may leave: no event, no error's text, no name off the list."""
    from opentelemetry.sdk.trace import ReadableSpan  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult  # noqa: PLC0415
    from opentelemetry.trace import Status  # noqa: PLC0415

    def bare(one: "ReadableSpan") -> "ReadableSpan":
        return ReadableSpan(
            name=one.name, context=one.context, parent=one.parent, resource=one.resource, kind=one.kind,
            attributes=allowed(one.attributes), status=Status(one.status.status_code), start_time=one.start_time,
            end_time=one.end_time, instrumentation_scope=one.instrumentation_scope,
        )  # fmt: skip

    class Filtered(SpanExporter):
        """Takes what the tracer gives and hands on the rest."""

        def export(self, spans: Sequence["ReadableSpan"]) -> SpanExportResult:
            """Hand on what may leave."""
            return to.export([bare(one) for one in spans])

        def shutdown(self) -> None:
            """Close what it is handed to."""
            to.shutdown()

    return Filtered()
