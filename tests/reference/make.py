"""Writes the reference values that the unit tests of `vectorize` and `embed` are held against.

Run in this folder with the versions named in the files it writes: python make.py
"""

import json

import numpy as np
import scipy
import sklearn
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

VERSIONS = {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__}
DOCUMENTS, TERMS, TOPICS, RANK = 60, 90, 6, 8


def corpus():
    """Word ids a document, from a linear congruential generator, so that no library's random numbers matter."""
    state = 20250614

    def draw(n):
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 33) % n

    documents = []
    for i in range(DOCUMENTS):
        topic, length = i % TOPICS, 12 + draw(20)
        own = [topic * (TERMS // TOPICS) + min(draw(TERMS // TOPICS), draw(TERMS // TOPICS)) for _ in range(length)]
        documents.append([draw(TERMS) if draw(3) == 0 else term for term in own])
    return documents


def count(documents):
    return [[[t, d.count(t)] for t in sorted(set(d))] for d in documents]


def write(name, value):
    with open(name, "w", encoding="utf-8", newline="\n") as file:
        json.dump({"made_by": "make.py", "versions": VERSIONS, **value}, file, separators=(",", ":"))
        file.write("\n")


documents = corpus()
vectorizer = TfidfVectorizer(analyzer=lambda ids: [f"{t:03}" for t in ids], sublinear_tf=True)
matrix = vectorizer.fit_transform(documents)
matrix.sort_indices()
columns = [int(name) for name in vectorizer.get_feature_names_out()]
rows = [
    [[columns[j], float(f"{v:.12g}")] for j, v in zip(matrix[i].indices, matrix[i].data)] for i in range(DOCUMENTS)
]
write("tfidf.json", {"bags": count(documents), "columns": columns, "idf": vectorizer.idf_.tolist(), "rows": rows})

svd = TruncatedSVD(RANK, algorithm="arpack", tol=0, random_state=0).fit(matrix)
write("lsa.json", {"singular_values": svd.singular_values_.tolist(), "components": svd.components_.tolist()})
