"""Made-up labels for oracles and invariances."""

import numpy as np
from hypothesis import strategies as st

from labelling.stats.columns import Labels


def simulate(seed, n_examples, per_example, n_labellers, n_codes, accuracy=0.8):
    """Labels of people who are right with this probability and else answer anything; and the truth."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, n_codes, n_examples)
    people = np.argsort(random.random((n_examples, n_labellers)), axis=1)[:, :per_example]
    right = random.random((n_examples, per_example)) < accuracy
    codes = np.where(right, truth[:, None], random.integers(0, n_codes, (n_examples, per_example)))
    labels = Labels.of(np.repeat(np.arange(n_examples), per_example), people.ravel(), codes.ravel(), n_codes)
    return labels, truth


@st.composite
def tables(draw, most_codes=5, repeats=False):
    """(example, labeller, code) rows with gaps, and the number of codes."""
    n_codes = draw(st.integers(2, most_codes))
    n_labellers = draw(st.integers(2, 5))
    rows = []
    for example in range(draw(st.integers(1, 12))):
        for labeller in range(n_labellers):
            most = 2 if repeats else 1
            for code in draw(st.lists(st.integers(0, n_codes - 1), max_size=most)):
                rows.append((example, labeller, code))
    return np.array(rows, dtype=np.int64).reshape(-1, 3), n_codes
