"""The OpenAPI document."""

import json

import jsonschema_rs

from app.api.event_data import TYPES


def refs(value):
    if isinstance(value, dict):
        yield from ([value["$ref"]] if "$ref" in value else [])
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from refs(one)


async def test_the_document_is_whole(client):
    document = (await client.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    assert {ref.rpartition("/")[2] for ref in refs(document)} <= set(schemas)
    assert "HTTPValidationError" not in json.dumps(document)


async def test_every_type_of_event_is_in_it(client, an_event):
    document = (await client.get("/openapi.json")).json()
    kinds = document["components"]["schemas"]["CountyEvent"]["allOf"][1]["oneOf"]
    assert [kind["title"] for kind in kinds] == list(TYPES)
    schema = {"$ref": "#/components/schemas/CountyEvent", "components": document["components"]}
    assert jsonschema_rs.is_valid(schema, an_event())


async def test_every_answer_is_a_documented_problem_or_its_own(client):
    document = (await client.get("/openapi.json")).json()
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert operation["summary"], path
            if path.startswith("/v1") and "security" in operation:
                assert {"401", "403"} <= set(operation["responses"])
