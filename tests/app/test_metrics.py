"""What is watched: names, labels, and a port of one's own."""

import httpx
import pytest

from app import metrics


def lines(text):
    return [line for line in text.decode().splitlines() if not line.startswith("#")]


def test_what_a_process_counts_is_told_as_prometheus_reads_it():
    metrics.HANDED.labels("sms", "twilio", "accepted").inc(3)
    assert 'keepcovered_handed_total{channel="sms",outcome="accepted",provider="twilio"}' in metrics.own_text().decode()
    assert "process_resident_memory_bytes" in metrics.own_text().decode()


def test_what_the_database_tells_stands_under_its_name_with_its_labels():
    told = [("lane_due", ["orange", "sms"], 7.0), ("receipts_waiting", [], 2.0)]
    assert lines(metrics.shared_text(told)) == [
        "keepcovered_database_up 1.0",
        'keepcovered_lane_due{agency="orange",channel="sms"} 7.0',
        "keepcovered_receipts_waiting 2.0",
    ]


def test_a_database_that_does_not_answer_has_no_figures_but_that():
    assert lines(metrics.shared_text(None)) == ["keepcovered_database_up 0.0"]


def test_every_name_is_there_even_before_there_is_a_figure():
    text = metrics.shared_text(None).decode()
    assert [name for name in metrics.FIGURES if f"# TYPE keepcovered_{name} gauge" not in text] == []


def test_the_pool_is_asked_whenever_somebody_looks():
    used = {"used": 1, "idle": 0}
    metrics.watch_pool(lambda: used)
    used["used"] = 5
    assert 'keepcovered_pool_connections{state="used"} 5.0' in metrics.own_text().decode()


@pytest.mark.parametrize("label", ["member", "member_ref", "phone", "address", "to", "name", "reference", "message_id"])
def test_no_label_is_about_a_person(label):
    metrics.HANDED.labels("sms", "twilio", "accepted").inc()
    own = {one for family in metrics.OWN.collect() for sample in family.samples for one in sample.labels}
    assert label not in own | {one for _, labels in metrics.FIGURES.values() for one in labels}


def test_a_process_that_serves_nothing_else_has_a_port_for_it(port):
    with metrics.serving("127.0.0.1", port):
        answer = httpx.get(f"http://127.0.0.1:{port}/metrics")
    assert "keepcovered_jobs" in answer.text
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/metrics")
