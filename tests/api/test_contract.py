"""API.md, name by name: one project from its first user to an evaluated model, each door called as a script would call it.

What later stages of the work bring is listed in LATER and answers 404 until then: the line moves when the door opens.
"""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from labelling import tasks
from tests.api.contract import ANY, FIGURE, JOB, NONE, NUMBER, check, check_described, check_error, page
from tests.factories import api, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_folder")]
BASE = "/api/v1/"
HERE = f"{BASE}projects/reviews/"
TEXTS = 12
QUESTIONS = [
    {"key": "sentiment", "kind": "choice", "prompt": "What does the writer feel?",
     "classes": [{"key": "pos", "name": "Positive", "definition": "..."}, {"key": "neg", "name": "Negative"}]},
]  # fmt: skip
PROJECT = {
    "slug": "reviews", "name": "Film reviews", "display": [{"field": "text", "as": "text"}], "questions": QUESTIONS,
    "tags": [{"key": "sarcasm", "name": "Sarcasm"}], "labels_per_example": 3, "guidelines": "# How to label\n...",
}  # fmt: skip
PROJECT_SHAPE = {
    "slug": "reviews", "name": "Film reviews", "display": [{"field": "text", "as": "text"}],
    "questions": [{"key": "sentiment", "kind": "choice", "prompt": str, "required": True, "classes": [{"key": str, "name": str}]}],
    "tags": [{"key": str, "name": str}], "labels_per_example": 3, "guidelines": "# How to label\n...",
    "schema_version": 1, "guideline_version": 1,
    "counts": {"examples": int, "labels": int, "complete": int, "in_review": int, "labellers": int},
}  # fmt: skip
EXAMPLE = {
    "id": int, "key": str, "data": {"text": str}, "meta": {"patient": str}, "source": "web", "batch": int, "state": str,
    "labels_wanted": 3, "labels_counted": int,
}  # fmt: skip
CASE = {"id": int, "example": str, "state": str, "reasons": [str], "votes": [{"labeller": str, "value": ANY}], "score": NUMBER, "assigned_to": (str, NONE)}
POLICY = {
    "note": "first clean set", "consensus": {"method": "majority", "min_labels": 2, "min_confidence": 0.6, "ties": "leave_out"},
    "include": {"states": ["complete", "resolved"], "sources": None, "meta": {}}, "exclude_tags": ["unintelligible"],
    "splits": {"train": 0.5, "validation": 0.25, "test": 0.25}, "stratify": True, "group_by": "meta.patient", "keep_splits_of": None,
    "seed": 7, "growth_reason": None, "formats": ["parquet", "jsonl", "csv"],
}  # fmt: skip
MANIFEST = {
    "project": "reviews", "version": int, "digest": str, "created_at": str, "created_by": "lea",
    "software": {"name": str, "version": str, "commit": (str, NONE)}, "policy": dict, "schema": dict, "schema_version": int,
    "guideline_versions": [int], "counts": {"examples": int, "by_split": dict, "by_class": dict, "left_out": dict},
    "decided_by": {"unanimous": NUMBER, "majority": NUMBER, "adjudication": NUMBER, "model": NUMBER, "tie": NUMBER},
    "agreement": {"sentiment": FIGURE}, "human_performance": {"sentiment": FIGURE},
    "sources": [{"key": str, "licence": str, "batches": [{"id": int, "file": str, "sha256": str, "rows": int, "imported_at": str}]}],
    "previous": (dict, NONE), "lineage": list, "files": [{"name": str, "format": str, "bytes": int, "rows": (int, NONE), "sha256": str}],
}  # fmt: skip
# What API.md names and later work brings: method, path.
LATER = [
    ("GET", "evaluations/compare/?a=1&b=2"), ("POST", "problems/"), ("POST", "/problems/1/patterns/"), ("GET", "/problems/1/history/"),
    ("POST", "gates/"), ("GET", "sources/web/health/"), ("GET", "kpis/"), ("GET", "alerts/?state=open"), ("POST", "webhooks/"),
]  # fmt: skip


def test_everything_that_the_contract_names_is_there_under_its_name():
    lea, ada, ben, cleo = users_and_tokens()
    project(lea)
    examples_in(lea)
    suggested(lea, ada)
    label_all(lea, {"ada": ada, "ben": ben, "cleo": cleo})
    measured(lea)
    anchored(lea, ada)
    discussed(lea, ada)
    schema(lea)
    released(lea)
    evaluated(lea)
    doubted(lea)
    for method, path in LATER:
        url = f"{BASE}{path[1:]}" if path.startswith("/") else f"{HERE}{path}"
        check_error(getattr(lea, method.lower())(url), 404, described_too=False)


def ok(response: Any, shape: Any, status: int = 200) -> Any:
    assert response.status_code == status, (response.status_code, response.content[:500])
    check_described(response)
    body = response.json()
    check(body, shape)
    return body


def finished(client: APIClient, response: Any, result: Any, state: str = "done") -> Any:
    """202 with a job, which then runs; its result."""
    job = ok(response, {"job": {**JOB, "state": "queued", "waiting_for_worker": True}}, 202)["job"]
    tasks.run_queued()
    found = ok(client.get(f"{BASE}jobs/{job['id']}/"), JOB)
    assert found["state"] == state, found
    assert found["url"] == f"{BASE}jobs/{job['id']}/"
    check(found["result"], result)
    return found["result"]


def users_and_tokens() -> list[APIClient]:
    """A site admin creates the users; each client's token comes from its own door."""
    make_user("root", is_staff=True)
    root, clients = api("root"), []
    for name in ("lea", "ada", "ben", "cleo"):
        ok(root.post(f"{BASE}users/", {"username": name, "password": "long-enough-for-tests", "display_name": name.title()}), {"id": int, "username": name}, 201)
        body = {"name": "laptop", "purpose": "the contract", "scopes": ["label", "read", "evaluate", "manage"], "expires_at": "2099-01-01T00:00:00Z"}
        token = ok(root.post(f"{BASE}users/{name}/tokens/", body), {"id": int, "name": "laptop", "token": str}, 201)["token"]
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        clients.append(client)
    check_error(root.post(f"{BASE}users/", {"username": "lea"}), 409)
    check_error(clients[0].post(f"{BASE}users/", {"username": "zoe"}), 403)
    check_error(api(None).get(f"{BASE}projects/"), 401)
    ok(api(None).get("/health/live"), {"status": "ok"})
    ok(api(None).get("/health/ready"), {"database": "ok", "broker": str, "worker": "down"}, 503)
    return clients


def project(lea: APIClient) -> None:
    made = ok(lea.post(f"{BASE}projects/", PROJECT), PROJECT_SHAPE, 201)
    assert {tag["key"] for tag in made["tags"]} == {"borderline", "unintelligible", "not_enough_information", "sarcasm"}
    check_error(lea.post(f"{BASE}projects/", PROJECT), 409)
    check_error(lea.post(f"{BASE}projects/", {**PROJECT, "slug": "NO!"}), 400, field="slug")
    ok(lea.get(f"{BASE}projects/"), page({"slug": "reviews", "name": str}))
    ok(lea.get(HERE), PROJECT_SHAPE)
    ok(lea.patch(HERE, {"name": "Reviews"}), {**PROJECT_SHAPE, "name": "Reviews"})
    ok(lea.patch(HERE, {"name": "Film reviews"}), PROJECT_SHAPE)
    for name in ("ada", "ben", "cleo"):
        ok(lea.post(f"{HERE}members/", {"username": name, "role": "labeller"}), {"username": name, "role": "labeller"}, 201)
    check_error(lea.post(f"{HERE}members/", {"username": "ada", "role": "king"}), 400, field="role")
    bound = ok(lea.post(f"{BASE}users/lea/tokens/", {"name": "trainer", "scopes": ["read"], "project": "reviews"}), {"id": int, "name": "trainer", "token": str}, 201)
    reader = APIClient()
    reader.credentials(HTTP_AUTHORIZATION=f"Bearer {bound['token']}")
    ok(reader.get(HERE), PROJECT_SHAPE)
    check_error(reader.post(f"{HERE}guidelines/", {"text": "x"}), 403)


def examples_in(lea: APIClient) -> None:
    source = {
        "key": "web", "name": "The web", "owner": "Lea", "licence": "CC BY 4.0", "origin": "third_party", "collected_from": "2026-01-01T00:00:00Z",
        "collected_to": "2026-02-01T00:00:00Z", "cost_per_example": 0.05, "currency": "EUR", "expected_every": "P7D", "notes": "None.",
    }  # fmt: skip
    ok(lea.post(f"{HERE}sources/", source), dict.fromkeys(source, ANY), 201)
    rows = [f"e{n:02d},text {n},p{n}" for n in range(TEXTS)]
    mapping = json.dumps({"key": "id", "data": {"text": "sentence"}, "meta": ["patient"]})

    def send(*more: str, **fields: Any) -> Any:
        file = SimpleUploadedFile("reviews.csv", "\n".join(["id,sentence,patient", *rows, *more]).encode())
        return lea.post(f"{HERE}imports/", {"file": file, "source": "web", "format": "csv", "mapping": mapping, **fields}, format="multipart")

    result = {"batch": (int, NONE), "rows": TEXTS + 1, "added": TEXTS, "duplicates": 0, "rejected": 1, "errors": [{"row": TEXTS + 1, "column": str, "message": str}]}
    assert finished(lea, send("e99,,p1", dry_run="true"), result)["batch"] is None
    assert lea.get(f"{HERE}examples/").json()["results"] == []
    assert finished(lea, send("e99,,p1", priority="2"), result)["batch"]
    again = finished(lea, send(), {"added": 0, "duplicates": TEXTS, "rejected": 0})
    assert again["rows"] == TEXTS
    ok(lea.get(f"{HERE}examples/"), page(EXAMPLE))
    for query in ("state=open", "source=web", "meta.patient=p3", "q=text+3"):
        ok(lea.get(f"{HERE}examples/?{query}"), page(EXAMPLE))
    assert lea.get(f"{HERE}examples/?tag=sarcasm").json()["results"] == []
    first = ok(lea.get(f"{HERE}examples/?page_size=5"), page(EXAMPLE))
    assert len(first["results"]) == 5 and first["previous"] is None
    second = ok(lea.get(first["next"]), page(EXAMPLE))
    assert second["results"][0]["key"] == "e05" and second["previous"]
    check_error(lea.get(f"{HERE}examples/?cursor=bogus"), 400, field="cursor")
    ok(lea.get(f"{HERE}examples/e03/"), {**EXAMPLE, "key": "e03", "state": "open", "labels_counted": 0})
    check_error(lea.get(f"{HERE}examples/none/"), 404)


def suggested(lea: APIClient, ada: APIClient) -> None:
    rows = "".join(f"e{n:02d},pos,0.7\n" for n in range(TEXTS))

    def send(client: APIClient, **fields: Any) -> Any:
        file = SimpleUploadedFile("suggestions.csv", f"example,value,confidence\n{rows}ghost,pos,\n".encode())
        return client.post(f"{HERE}suggestion-imports/", {"file": file, **fields}, format="multipart")

    ok(lea.patch(HERE, {"labelling": {"suggestions": {"show": True, "blind_share": 0.5}}}), {"labelling": {"suggestions": {"show": True, "blind_share": 0.5}}})
    result = {"rows": TEXTS + 1, "added": TEXTS, "replaced": 0, "rejected": 1, "errors": [{"row": TEXTS + 1, "column": str, "message": str}]}
    finished(lea, send(lea, model="nightly-3"), result)
    finished(lea, send(lea, model="nightly-4"), {**result, "added": 0, "replaced": TEXTS})
    check_error(send(lea), 400, field="model")
    check_error(send(ada, model="mine"), 403)


def anchored(lea: APIClient, ada: APIClient) -> None:
    arms = {"shown": FIGURE, "blind": FIGURE, "difference": FIGURE}
    effect = {"question": "sentiment", **arms, "exact": arms, "models": [{"model": "nightly-4", "labels": int}], "caution": str}
    found = ok(lea.get(f"{HERE}suggestions/effect/?question=sentiment"), effect)
    assert found["shown"]["n_labels"] + found["blind"]["n_labels"] == found["models"][0]["labels"] > 0
    check_error(lea.get(f"{HERE}suggestions/effect/?question=none"), 404)
    check_error(ada.get(f"{HERE}suggestions/effect/"), 403)  # blind
    assert lea.delete(f"{HERE}suggestions/").status_code == 204


def answer_of(name: str, number: int) -> str:
    """Even ones are positive. Ben differs on e00, Cleo on e02, all else agree."""
    right = "pos" if number % 2 == 0 else "neg"
    wrong = {"pos": "neg", "neg": "pos"}[right]
    return wrong if (name, number) in {("ben", 0), ("cleo", 2)} else right


def label_all(lea: APIClient, people: dict[str, APIClient]) -> None:
    lease = {
        "id": int, "round": 1, "expires_at": str, "schema_version": 1, "guideline_version": 1,
        "example": {"id": int, "key": str, "data": {"text": str}},
    }  # fmt: skip
    beside = {"value": {"sentiment": "pos"}, "model": "nightly-4", "confidence": 0.7}
    stored = {"id": int, "assignment": int, "revision": 1, "counted": True, "receipt": str, "created_at": str}
    for name, client in people.items():
        count = TEXTS - 1 if name == "cleo" else TEXTS  # the last of Cleo's labels comes from a file
        leased = ok(client.post(f"{HERE}assignments/", {"count": count}), {"assignments": [lease], "waiting": int})["assignments"]
        assert len(leased) == count
        assert [one["suggestion"] for one in leased if "suggestion" in one] == [beside] * sum("suggestion" in one for one in leased) != []
        if name == "ada":
            given_back = leased[-1]["id"]
            ok(client.post(f"{BASE}assignments/{given_back}/release/"), {"id": given_back})
            [again] = client.post(f"{HERE}assignments/", {"count": 50}).json()["assignments"][count - 1 :]
            assert again["example"]["key"] == leased[-1]["example"]["key"]
            leased[-1] = again
        for one in leased:
            number = int(one["example"]["key"][1:])
            body = {
                "value": {"sentiment": answer_of(name, number)}, "tags": ["borderline"] if (name, number) == ("ada", 4) else [],
                "comment": "", "seconds": 12.3, "client_id": str(uuid4()), "schema_version": 1, "confidence": 0.9,
            }  # fmt: skip
            url = f"{BASE}assignments/{one['id']}/label/"
            first = ok(client.post(url, body), {**stored, "assignment": one["id"]}, 201)
        assert ok(client.post(url, body), stored) == first  # the same client_id again
        ok(client.post(url, {**body, "client_id": str(uuid4())}), {**stored, "revision": 2}, 201)
        check_error(client.post(url, {**body, "client_id": str(uuid4()), "value": {"sentiment": "maybe"}}), 400)
        check_error(client.post(url, {**body, "client_id": str(uuid4()), "value": None}), 400)
        if name == "cleo":
            [left] = client.post(f"{HERE}assignments/", {"count": 1}).json()["assignments"]
            ok(client.post(f"{BASE}assignments/{left['id']}/skip/", {"reason": "unsure"}), {"id": left["id"]})
        assert client.post(f"{HERE}assignments/", {"count": 1}).json()["assignments"] == []
        check_error(client.post(f"{HERE}assignments/", {"count": 51}), 400, field="count")
    rows = f"example,labeller,value,labelled_at,seconds,tags,comment,round\ne{TEXTS - 1},cleo,neg,2026-01-05T10:00:00Z,3,borderline|sarcasm,odd,1\nghost,cleo,neg,,,,,\n"
    file = SimpleUploadedFile("labels.csv", rows.encode())
    result = {"rows": 2, "added": 1, "duplicates": 0, "rejected": 1, "errors": [{"row": 2, "column": str, "message": str}]}
    finished(lea, lea.post(f"{HERE}label-imports/", {"file": file}, format="multipart"), result)
    row = {"id": int, "example": str, "labeller": str, "round": 1, "value": {"sentiment": str}, "tags": list, "comment": str}
    everything = ok(lea.get(f"{HERE}labels/?round=1"), page(row))["results"]
    assert {one["labeller"] for one in everything} == {"ada", "ben", "cleo"}
    own = ok(people["ada"].get(f"{HERE}labels/"), page({**row, "labeller": "ada"}))["results"]
    assert len({one["example"] for one in own}) == TEXTS
    assert {one["labeller"] for one in lea.get(f"{HERE}labels/?example=e00&labeller=ben").json()["results"]} == {"ben"}
    for hidden in ("agreement/", "consensus/", "confusions/", "human-performance/", "labellers/", "versions/", "members/"):
        check_error(people["ada"].get(f"{HERE}{hidden}"), 403)  # blind


def measured(lea: APIClient) -> None:
    agreement = {
        "question": "sentiment", "kind": "choice", "level": "nominal", "as_of": str, "alpha": FIGURE,
        "measures": {"percent": FIGURE, "fleiss_kappa": FIGURE, "gwet_ac1": FIGURE}, "by": list, "left_out": {"single_label": int, "withdrawn": int},
    }  # fmt: skip
    assert ok(lea.get(f"{HERE}agreement/?question=sentiment"), agreement)["by"] == []
    kept = {"id": int, "key": "early", "name": "Early ones", "conditions": [{"field": str}], "words": [str], "n_examples": int, "current": True}
    made = ok(lea.post(f"{HERE}slices/", {"name": "Early ones", "key": "early", "conditions": [{"field": "data.text", "contains": "1"}]}), kept, 201)
    ok(lea.get(f"{HERE}slices/"), page(kept))
    ok(lea.patch(f"{HERE}slices/{made['id']}/", {"name": "Those with a 1"}), {**kept, "name": "Those with a 1"})
    note = {"id": int, "date": "2026-03-02", "text": "Ben joined", "created_by": "lea", "created_at": str, "changed_by": (str, NONE), "changed_at": (str, NONE)}
    put = ok(lea.post(f"{HERE}notes/", {"date": "2026-03-02", "text": "Ben joined"}), note, 201)
    ok(lea.patch(f"{HERE}notes/{put['id']}/", {"text": "Ben came"}), {**note, "text": "Ben came", "changed_by": "lea"})
    ok(lea.get(f"{HERE}notes/"), page({**note, "text": "Ben came"}))
    period = {"key": str, "alpha": FIGURE, "percent": FIGURE, "n_labels": int}
    over_time = {"question": "sentiment", "kind": "choice", "level": "nominal", "periods": [period], "marks": list, "left_out": {"periods": 0}}
    for per in ("week", "day"):
        found = ok(lea.get(f"{HERE}trends/?question=sentiment&per={per}"), {**over_time, "per": per})
        assert {"at": "2026-03-02", "kind": "note", "name": "note 1", "text": "Ben came"}.items() <= found["marks"][0].items()
    change = {"before": FIGURE, "after": FIGURE, "difference": FIGURE}
    effect = {
        "question": "sentiment", "kind": "choice", "from": (int, NONE), "to": int, "n_examples": int, "enough": bool, "examples": dict, "labellers": dict,
        "alpha": change, "percent": change, "by_class": list, "versions": [{"version": int, "n_examples": int, "in_common": int}],
    }  # fmt: skip
    ok(lea.get(f"{HERE}guidelines/effect/?question=sentiment"), effect)
    check_error(lea.get(f"{HERE}guidelines/effect/?to=99"), 400, field="to")
    for by in ("class", "labeller", "pair", "guideline", "schema", "round", "week", "batch", "source", "slice", "meta.patient"):
        ok(lea.get(f"{HERE}agreement/?question=sentiment&by={by}"), {**agreement, "by": [{"key": ANY, "alpha": FIGURE, "n_examples": int}]})
    ok(lea.get(f"{HERE}agreement/?question=sentiment&rounds=1&level=nominal"), agreement)
    check_error(lea.get(f"{HERE}agreement/?question=none"), 404)
    check_error(lea.get(f"{HERE}agreement/?by=moon"), 400, field="by")
    found = ok(lea.get(f"{HERE}confusions/?question=sentiment"), [{"a": str, "b": str, "count": int, "share": NUMBER, "alpha_if_merged": ANY, "alpha_now": NUMBER, "hlp_if_merged": ANY, "hlp_now": NUMBER}])
    assert [(row["a"], row["b"], row["count"]) for row in found] == [("pos", "neg", 4)]
    human = {
        "question": "sentiment", "against_resolved": FIGURE, "leave_one_out": FIGURE, "repeat_consistency": FIGURE, "popular_answer": FIGURE,
        "ceiling": FIGURE, "dawid_skene": FIGURE, "reference": "leave_one_out", "by": list, "cautions": list,
    }  # fmt: skip
    ok(lea.get(f"{HERE}human-performance/?question=sentiment"), human)
    for by in ("class", "labeller", "source", "meta.patient"):
        ok(lea.get(f"{HERE}human-performance/?question=sentiment&by={by}"), human)
    ok(lea.get(f"{HERE}human-performance/?reference=resolved&examples=same"), {**human, "reference": "resolved"})
    person = {
        "username": str, "labels": int, "median_seconds": (*NUMBER, NONE), "agreement": FIGURE, "gold_accuracy": FIGURE,
        "repeat_consistency": FIGURE, "reliability": FIGURE, "tags": {"borderline": NUMBER},
    }  # fmt: skip
    assert {row["username"] for row in ok(lea.get(f"{HERE}labellers/"), page(person))["results"]} >= {"ada", "ben", "cleo"}
    one = {
        "username": "ada", "question": "sentiment", "reference": "leave_one_out", "labels": int, "agreement": FIGURE, "score": FIGURE, "gold_accuracy": FIGURE,
        "says": list, "ask": str, "confusions": list, "pace": {"ratio": FIGURE, "shares": list}, "tags": list, "drift": {"message": str, "stands_out": bool},
        "trend": list, "gold_missed": {"total": int, "rows": list}, "guidelines": {"newest": int, "labels_before": int},
    }  # fmt: skip
    ok(lea.get(f"{HERE}labellers/ada/?question=sentiment"), one)
    ok(lea.get(f"{HERE}labellers/ada/?reference=resolved"), {**one, "reference": "resolved"})
    behind = {"example": str, "answer": str, "others": list, "resolved": list, "tags": list, "comment": str, "newer_guidelines": bool, "case": (int, NONE)}
    ok(lea.get(f"{HERE}labellers/cleo/examples/?question=sentiment"), page(behind))  # who is alone against two
    check_error(lea.get(f"{HERE}labellers/ada/?reference=moon"), 400, field="reference")
    check_error(lea.get(f"{HERE}labellers/nobody/"), 404)
    need = {"count": (int, NONE), "curve": list}
    more = {"question": "sentiment", "level": "nominal", "alpha": FIGURE, "width": 0.2, "width_now": (*NUMBER, NONE), "sentence": str, "pace": dict,
            "needs": {"examples": need, "labellers": need, "labels": need}}  # fmt: skip
    ok(lea.get(f"{HERE}precision/?question=sentiment&width=0.2"), more)
    check_error(lea.get(f"{HERE}precision/?width=wide"), 400, field="width")
    ok(lea.post(f"{HERE}agreement-runs/", {"question": "sentiment"}, format="json"), {"job": JOB}, status=202)
    tasks.run_queued()
    opinion = {"checked": bool, "agrees": (bool, NONE), "theirs": (*NUMBER, NONE), "difference": (*NUMBER, NONE), "package": str, "message": str}
    run = {"id": int, "question": "sentiment", "level": str, "at": str, "reason": "asked", "version": NONE, "labels_seen": int, "digest": str,
           "alpha": FIGURE, "measures": dict, "checked": opinion}  # fmt: skip
    ok(lea.get(f"{HERE}agreement-runs/?question=sentiment"), page(run))
    row = {"example": str, "answer": str, "confidence": NUMBER, "decided_by": str, "votes": {}}
    majority = ok(lea.get(f"{HERE}consensus/?question=sentiment&method=majority"), page(row))["results"]
    assert {one["example"]: (one["answer"], one["decided_by"], one["votes"]) for one in majority}["e00"] == ("pos", "majority", {"pos": 2, "neg": 1})
    ok(lea.get(f"{HERE}consensus/?question=sentiment&method=dawid_skene"), page(row))
    ok(lea.get(f"{HERE}consensus/?question=sentiment&method=weighted"), page(row))
    setting = {"question": "sentiment", "start": 2, "most": 3, "confidence": 0.8, "budget": 10, "in_use": False, "reference": ANY, "n_examples": int}
    ok(lea.get(f"{HERE}overlap/simulation/?start=2&most=3&confidence=0.8&budget=10"), {**setting, "curve": list, "fixed": list, "cautions": list})
    check_error(lea.get(f"{HERE}overlap/simulation/?confidence=2"), 400, field="confidence")


def discussed(lea: APIClient, ada: APIClient) -> None:
    cases = ok(lea.get(f"{HERE}cases/?state=open&order=worst"), page(CASE))["results"]
    assert {one["example"]: one["reasons"] for one in cases} == {"e00": ["disagreement"], "e02": ["disagreement"], "e04": ["borderline"], "e11": ["borderline"]}
    for query in ("question=sentiment", "pair=pos,neg", "tag=borderline", "meta.patient=p0", "order=newest"):
        ok(lea.get(f"{HERE}cases/?{query}"), page(CASE))
    assert lea.get(f"{HERE}cases/?state=resolved").json()["results"] == []
    by_example = {one["example"]: one for one in cases}
    case = by_example["e00"]
    url = f"{BASE}cases/{case['id']}/"
    check_error(ada.get(url), 403)  # not before she is invited
    seen = ok(lea.get(url), {**CASE, "data": {"text": str}})["votes"]
    ok(lea.post(f"{url}invite/", {"username": "ada"}), {"username": "ada"})
    ok(ada.get(url), {"id": case["id"], "example": "e00"})
    ok(ada.post(f"{url}remarks/", {"text": "I read it as glad, @lea"}), {"id": int, "author": "ada", "text": str, "mentions": ["lea"]}, 201)
    check_error(ada.post(f"{url}resolve/", {"outcome": "drop", "cause": "other", "seen": []}), 403)
    body = {
        "outcome": "answer", "value": {"sentiment": "pos"}, "cause": "slip", "note": "Ben typed too fast.", "gold": True,
        "seen": [vote["label"] for vote in seen],
    }  # fmt: skip
    stale = check_error(lea.post(f"{url}resolve/", {**body, "seen": []}), 409, code="labels_changed")
    assert set(stale) > {"code", "message", "fields"}  # with what changed
    check_error(lea.post(f"{url}resolve/", {**body, "cause": "moon"}), 400, field="cause")
    ok(lea.post(f"{url}resolve/", body), {"id": case["id"], "state": "resolved"})
    ok(lea.get(f"{HERE}cases/?state=resolved"), page({**CASE, "state": "resolved"}))
    ok(lea.post(f"{url}reopen/"), {"id": case["id"]})
    ok(lea.post(f"{url}resolve/", body), {"state": "resolved"})
    settle(lea, by_example["e02"], outcome="several_answers", values=[{"sentiment": "pos"}, {"sentiment": "neg"}], cause="ambiguous_example")
    settle(lea, by_example["e04"], outcome="relabel", cause="guideline_gap")
    settle(lea, by_example["e11"], outcome="drop", cause="poor_data")
    states = {row["key"]: row["state"] for row in lea.get(f"{HERE}examples/").json()["results"]}
    assert {key: states[key] for key in by_example} == {"e00": "resolved", "e02": "resolved", "e04": "open", "e11": "dropped"}
    ok(lea.get(f"{HERE}human-performance/?question=sentiment"), {"against_resolved": FIGURE})
    ok(lea.post(f"{HERE}guidelines/", {"text": "# How\n\nRead twice.", "reason": "Ben's slip", "cases": [case["id"]]}), {"version": 2}, 201)


def doubted(lea: APIClient) -> None:
    """Suspected errors, an audit of the answers that stand, and near-duplicates."""
    run = {
        "id": int, "question": "sentiment", "way": "people", "evaluation": None, "method": str, "examples": int, "answers": int, "labels": int, "stale": False,
        "created_by": "lea", "created_at": str,
    }  # fmt: skip
    rows = {"next": None, "previous": None, "results": list}  # may well be none; what is in them is described, and checked by that
    sent = {"opened": int, "added": int, "already": int, "left_out": int, "cases": list}
    ok(lea.get(f"{HERE}suspects/"), {**rows, "run": None})
    finished(lea, lea.post(f"{HERE}suspects/", {"question": "sentiment"}), {"run": int, "examples": int, "answers": int, "labels": int})
    for of in ("answer", "label"):
        ok(lea.get(f"{HERE}suspects/?question=sentiment&of={of}"), {**rows, "run": run})
    ok(lea.post(f"{HERE}suspects/send/", {"of": "label", "worst": 5}), sent)
    check_error(lea.post(f"{HERE}suspects/send/", {"examples": ["moon"]}), 400, field="examples")
    audit = {
        "id": int, "question": "sentiment", "run": (int, NONE), "seed": 5, "population": int, "examples": 4, "checked": int, "right": int, "wrong": int,
        "cannot_tell": int, "error_rate": {"value": None, "undefined": str}, "created_by": "lea", "created_at": str,
    }  # fmt: skip
    drawn = ok(lea.post(f"{HERE}audits/", {"examples": 4, "seed": 5, "run": "newest"}), audit, 201)
    ok(lea.get(f"{HERE}audits/"), page(audit))
    answers = f"{HERE}audits/{drawn['id']}/answers/"
    ok(lea.get(answers), page({"place": int, "example": str, "data": dict, "answer": str, "verdict": (str, NONE)}))
    ok(lea.post(answers, {"place": 1, "verdict": "right"}), {"place": 1, "verdict": "right"})
    assert ok(lea.get(f"{HERE}audits/{drawn['id']}/"), audit)["checked"] == 1
    ok(lea.get(f"{HERE}near-duplicates/"), {**rows, "run": None, "consistency": None})
    counted = {"run": int, "examples": int, "exact_groups": int, "near_groups": int, "unreadable": 0}
    finished(lea, lea.post(f"{HERE}near-duplicates/", {}), counted)
    figures = {"answers": FIGURE, "labels": FIGURE, "same_example": FIGURE}
    looked = {"id": int, "examples": int, "exact_groups": int, "near_groups": int, "unreadable": 0, "stale": False, "created_at": str}
    ok(lea.get(f"{HERE}near-duplicates/?exact=true"), {**rows, "run": looked, "consistency": figures})
    check_error(lea.post(f"{HERE}near-duplicates/send/", {"group": 10**6}), 404)


def settle(lea: APIClient, case: dict[str, Any], **fields: Any) -> None:
    body = {"note": "Looked at together.", "seen": [vote["label"] for vote in case["votes"]], **fields}
    ok(lea.post(f"{BASE}cases/{case['id']}/resolve/", body), {"id": case["id"]})


def schema(lea: APIClient) -> None:
    classes = [{"key": "good", "name": "Good"}, *QUESTIONS[0]["classes"][1:]]
    body = {
        "questions": [{**QUESTIONS[0], "classes": classes}], "reason": "A plainer word",
        "changes": [{"question": "sentiment", "op": "rename", "from": ["pos"], "to": ["good"]}],
    }  # fmt: skip
    affected = {"labels": int, "examples": int, "to_relabel": int}
    ok(lea.post(f"{HERE}schema/?preview=true", body), {"version": 2, "affected": affected, "agreement": ANY})
    assert lea.get(HERE).json()["schema_version"] == 1
    ok(lea.post(f"{HERE}schema/", body), {"version": 2, "affected": affected}, 201)
    check_error(lea.post(f"{HERE}schema/", {"questions": "none"}), 400, field="questions")


def released(lea: APIClient) -> None:
    left_out = {"examples": int, "by_split": dict, "by_class": dict, "left_out": dict}
    ok(lea.post(f"{HERE}versions/?preview=true", POLICY), {"counts": left_out})
    check_error(lea.get(f"{HERE}versions/1/"), 404)
    first = finished(lea, lea.post(f"{HERE}versions/", POLICY), {"version": 1, "digest": str})
    finished(lea, lea.post(f"{HERE}versions/", {**POLICY, "keep_splits_of": 1, "exclude_tags": [], "note": "second"}), {"version": 2, "digest": str})
    ok(lea.get(f"{HERE}versions/"), page({"version": int, "digest": str}))
    manifest = ok(lea.get(f"{HERE}versions/1/"), {**MANIFEST, "digest": first["digest"]})
    files = {file["name"]: file for file in manifest["files"]}
    assert {f"{split}.{form}" for split in POLICY["splits"] for form in POLICY["formats"]} <= files.keys()
    second = ok(lea.get(f"{HERE}versions/2/"), {**MANIFEST, "previous": {"version": 1, "digest": first["digest"]}})
    assert second["policy"].keys() == POLICY.keys()
    ok(lea.get(f"{HERE}versions/2/diff/?from=1"), {"added": int, "removed": int, "relabelled": int, "moved_split": int, "changes": {"next": (str, NONE), "previous": (str, NONE), "results": list}})
    url = f"{HERE}versions/1/files/train.jsonl"
    whole = lea.get(url)
    assert (whole.status_code, whole["ETag"], whole["Accept-Ranges"]) == (200, f'"{files["train.jsonl"]["sha256"]}"', "bytes")
    content = b"".join(whole.streaming_content)
    row = json.loads(content.splitlines()[0])
    check(row, {"key": str, "text": str, "meta.patient": str, "sentiment": str, "sentiment__confidence": NUMBER, "sentiment__decided_by": str, "sentiment__votes": dict, "split": "train", "source": "web", "tags": list})
    assert lea.get(url, headers={"If-None-Match": whole["ETag"]}).status_code == 304
    part = lea.get(url, headers={"Range": "bytes=5-9"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, content[5:10])
    for name in ("manifest.json", "labels.parquet", "provenance.json", "SHA256SUMS"):
        assert lea.get(f"{HERE}versions/1/files/{name}").status_code == 200, name
    ok(lea.get(f"{HERE}versions/1/pulls/"), page({"file": str, "token": "laptop"}))
    recalled = ok(lea.post(f"{HERE}versions/1/recall/", {"reason": "Twins in test"}), {"consumers": list})
    assert recalled["consumers"]
    assert lea.get(url)["Warning"]
    check_error(lea.post(f"{HERE}versions/1/recall/", {"reason": "again"}), 409)


def evaluated(lea: APIClient) -> None:
    fields = {"name": "letters", "version": "1", "trained_on": 2, "code": "abc123", "parameters": {"c": 1}, "environment": {"python": "3.11"}, "notes": "None."}
    model = ok(lea.post(f"{HERE}models/", fields), {"id": int, "name": "letters", "version": "1", "trained_on": 2}, 201)["id"]
    content = b"".join(lea.get(f"{HERE}versions/2/files/train.jsonl").streaming_content)
    rows = [json.loads(line) for line in content.splitlines()]

    def send(*some: Any) -> Any:
        lines = [json.dumps({"key": row["key"], "sentiment": row["sentiment"], "sentiment__confidence": 0.8}) for row in some]
        body = {"model": model, "version": 2, "split": "train", "predictions": SimpleUploadedFile("guess.jsonl", "\n".join(lines).encode())}
        return lea.post(f"{HERE}evaluations/", body, format="multipart")

    check_error(send(*rows[1:]), 422)
    check_error(lea.post(f"{HERE}evaluations/", {"model": model, "version": 2, "split": "train", "endpoint": "http://localhost/"}), 400, field="endpoint")  # asked over HTTP: later
    number = finished(lea, send(*rows), {"evaluation": int})["evaluation"]
    shape = {
        "model": ANY, "version": 2, "digest": str, "stale": False, "metrics": {"accuracy": FIGURE, "f1_macro": FIGURE},
        "baselines": {"most_frequent": dict, "human": {"gap": FIGURE, "chosen": str, "references": dict, "alternative": dict}}, "by_class": [dict],
        "by_slice": [{"slice": str, "metric": FIGURE, "human": FIGURE, "gap": FIGURE, "share": NUMBER, "priority": ANY}],
        "problems": list, "gates": list, "passed": bool, "suspected_label_errors": list,
    }  # fmt: skip
    found = ok(lea.get(f"{HERE}evaluations/{number}/"), shape)
    assert found["metrics"]["accuracy"]["value"] == 1
    ok(lea.get(f"{HERE}evaluations/"), page({"id": number}))
    held = {
        "evaluation": number, "question": str, "kind": str, "reference": str, "references": {"resolved": dict, "leave_one_out": dict},
        "alternative": {"epsilon": 0.15, "conditions": [{"code": str, "met": bool, "message": str}], "people": list}, "by_class": list, "by_slice": list,
        "cautions": [{"code": str, "message": str}], "stale": False,
    }  # fmt: skip
    ok(lea.get(f"{HERE}evaluations/{number}/humans/?epsilon=0.15"), held)
    check_error(lea.get(f"{HERE}evaluations/{number}/humans/?epsilon=2"), 400, field="epsilon")
    ok(lea.get(f"{HERE}models/"), page({"id": model}))
