"""labels.parquet says of each label whether a model's suggestion was shown beside it."""

from io import BytesIO

import pyarrow.parquet as pq
import pytest

from labelling import tasks
from tests.assign.test_suggesting import show, suggest
from tests.factories import api, lease, make_examples, make_project, submit

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("media_folder")]


def test_labels_beside_a_suggestion_are_released_as_model_assisted():
    make_examples(make_project(labels_per_example=1, labellers=("ada",)), 4)
    show()
    suggest("e0"), suggest("e2")
    for held in lease("ada", count=4):
        submit("ada", held.id, "neg")
    lea = api("lea")
    assert lea.post("/api/v1/projects/reviews/versions/", {"note": "n"}, format="json").status_code == 202
    tasks.run_queued()
    answer = lea.get("/api/v1/projects/reviews/versions/1/files/labels.parquet")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    table = pq.read_table(BytesIO(content))
    assert dict(zip(table["example"].to_pylist(), table["model_assisted"].to_pylist(), strict=True)) == {"e0": True, "e1": False, "e2": True, "e3": False}
