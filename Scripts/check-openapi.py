"""Checks a running node's OpenAPI description, and its answers against the description.

Use: check-openapi.py HOST:PORT
"""

import http.client
import json
import sys

import jsonschema
from openapi_spec_validator import validate

host = sys.argv[1]


def get(path: str, method: str = "GET"):
    connection = http.client.HTTPConnection(host, timeout=30)
    connection.request(method, path)
    response = connection.getresponse()
    return response.status, response.getheader("Content-Type", "").split(";")[0], response.read()


description = json.loads(get("/v1/openapi.json")[2])
validate(description)
print(f"  valid: OpenAPI {description['openapi']}, {len(description['paths'])} paths")


def schema_of(path: str, status: int, kind: str):
    answers = description["paths"][path]["get"]["responses"]
    answer = answers.get(str(status)) or answers.get("default")
    if answer is None:
        raise SystemExit(f"{path}: status {status} is not described")
    if "$ref" in answer:
        answer = description["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
    if kind not in answer["content"]:
        raise SystemExit(f"{path}: {kind} of status {status} is not described")
    return answer["content"][kind].get("schema")


def check(path: str, template: str, expected: int = 200):
    status, kind, body = get(path)
    if status != expected:
        raise SystemExit(f"{path}: {status}, not {expected}: {body[:200]!r}")
    schema = schema_of(template, status, kind)
    if not kind.endswith("json"):
        return None
    answer = json.loads(body)
    if schema is not None:
        # References are resolved within the description.
        whole = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
        whole |= schema | {"components": description["components"]}
        fault = jsonschema.exceptions.best_match(
            jsonschema.Draft202012Validator(whole).iter_errors(answer)
        )
        if fault is not None:
            raise SystemExit(f"{path}: {fault.json_path}: {fault.message[:300]}")
    checked.add(template)
    return answer


checked: "set[str]" = set()
block = check("/v1/blocks/latest", "/v1/blocks/{height}")
height, author = block["height"], block["author"]
for path in (
    "status genesis parameters validators schedule mempool blocks statements openapi.json".split()
):
    check(f"/v1/{path}", f"/v1/{path}")
check("/v1/schedule?turns=3", "/v1/schedule")
check("/v1/blocks?limit=2", "/v1/blocks")
check(f"/v1/blocks/{height}/certificate", "/v1/blocks/{height}/certificate")
check(f"/v1/statements/{height}", "/v1/statements/{height}")
check(f"/v1/accounts/{author}", "/v1/accounts/{address}")
check(f"/v1/accounts/{author}?proof=true", "/v1/accounts/{address}")
check("/v1/records/0002", "/v1/records/{key}")
check("/v1/records/0002ff", "/v1/records/{key}")
check("/v1/problems/not_found", "/v1/problems/{code}")

# A block with transactions: the client's example has made some.
for below in range(height, 0, -1):
    page = check(f"/v1/blocks/{below}/transactions?limit=2", "/v1/blocks/{height}/transactions")
    if page["items"]:
        found = page["items"][0]
        check(f"/v1/transactions/{found['id']}", "/v1/transactions/{id}")
        sender = found["transaction"]["sender"]
        check(f"/v1/accounts/{sender}/transactions", "/v1/accounts/{address}/transactions")
        break
else:
    raise SystemExit("no block has a transaction")

# What is refused is described as well.
for path, template, status in (
    ("/v1/blocks/x", "/v1/blocks/{height}", 400),
    (f"/v1/blocks/{height + 10_000}", "/v1/blocks/{height}", 404),
    ("/v1/accounts/x", "/v1/accounts/{address}", 400),
    ("/v1/transactions/" + 64 * "0", "/v1/transactions/{id}", 404),
    ("/v1/bundles/" + 64 * "0", "/v1/bundles/{digest}", 404),
    ("/v1/blocks?limit=100000", "/v1/blocks", 400),
    ("/v1/schedule?turns=0", "/v1/schedule", 400),
    ("/v1/events?after=x", "/v1/events", 400),
):
    check(path, template, status)

print(f"  {len(checked)} routes answer as they are described")
