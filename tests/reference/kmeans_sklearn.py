"""Reference values of k-means and silhouettes from scikit-learn 1.9.1, held by src/cluster/.

    python3 kmeans_sklearn.py > kmeans_sklearn.json

The data: unit rows of 7 overlapping groups in 6 dimensions, 150 × 6, rounded so that the file holds them exactly.
For each k: the least inertia of 1000 starts, the labels that go with it, scikit-learn's silhouette of these labels, and the
simplified silhouette by its formula (distances to centroids; a lone row scores 0).
"""
import json

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

rng = np.random.default_rng(20)
centres = rng.standard_normal((7, 6))
rows = centres[rng.integers(0, 7, 150)] + 0.55 * rng.standard_normal((150, 6))
rows = np.round(rows / np.linalg.norm(rows, axis=1, keepdims=True), 4)


def simplified(labels, centroids):
    d = np.linalg.norm(rows[:, None] - centroids[None], axis=2)
    own = d[np.arange(len(rows)), labels]
    d[np.arange(len(rows)), labels] = np.inf
    other = d.min(1)
    score = (other - own) / np.maximum(own, other)
    score[np.bincount(labels)[labels] == 1] = 0
    return float(score.mean())


fits = []
for k in (2, 3, 5, 7):
    fit = KMeans(k, n_init=1000, random_state=0, tol=0).fit(rows)
    fits.append({
        "k": k,
        "inertia": round(float(fit.inertia_), 8),
        "silhouette": round(float(silhouette_score(rows, fit.labels_)), 8),
        "simplified": round(simplified(fit.labels_, fit.cluster_centers_), 8),
        "labels": fit.labels_.tolist(),
        "centroids": np.round(fit.cluster_centers_, 8).tolist(),
    })
lone = np.array([0] * 80 + [1] * 69 + [2])
out = {"rows": rows.tolist(), "fits": fits, "lone": round(float(silhouette_score(rows, lone)), 8)}
print(json.dumps(out, separators=(",", ":")))
