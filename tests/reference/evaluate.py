"""Reference values of the measures of an evaluation, held by src/evaluate/.

    python3 evaluate.py > evaluate.json

scikit-learn 1.9.1: v_measure_score, normalized_mutual_info_score, adjusted_rand_score, silhouette_score; scipy: spearmanr;
gensim 4.4.0: CoherenceModel(coherence="c_npmi"). The data come from a linear congruential generator, so that no library's
random numbers matter.
"""
import json

import gensim
import numpy as np
import scipy
import sklearn
from gensim.corpora import Dictionary
from gensim.models.coherencemodel import CoherenceModel
from scipy.stats import spearmanr
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, silhouette_score, v_measure_score

state = 20250614


def draw(n):
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return (state >> 33) % n


def labelling(n, labels, clusters, noise):
    truth = [draw(labels) for _ in range(n)]
    return truth, [draw(clusters) if draw(100) < noise else t % clusters for t in truth]


partitions = [labelling(*shape) for shape in [(200, 5, 5, 30), (200, 5, 12, 60), (150, 7, 3, 10), (60, 2, 40, 100), (30, 3, 3, 0)]]
partitions.append(([0, 1, 2, 3], [3, 2, 1, 0]))
partitions.append(([0, 0, 1, 1], [0, 0, 0, 0]))
agreement = [
    {
        "labels": truth,
        "clusters": found,
        "v_measure": float(v_measure_score(truth, found)),
        "nmi": float(normalized_mutual_info_score(truth, found, average_method="arithmetic")),
        "ari": float(adjusted_rand_score(truth, found)),
    }
    for truth, found in partitions
]

# Texts of 0 to 60 words out of 40, some of them of four words only, so that words repeat within a window.
texts = [[str(min(draw(40), draw(40)) if i % 4 else draw(4)) for _ in range(draw(61))] for i in range(120)]
topics = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 5, 8, 13, 21, 34], [39, 38, 37, 36], [0, 20]]
npmi = [
    float(
        CoherenceModel(
            topics=[[str(w) for w in topic]], texts=texts, dictionary=Dictionary(texts), coherence="c_npmi", topn=10, processes=1
        ).get_coherence()
    )
    for topic in topics
]

a = [draw(1000) / 1000 for _ in range(80)]
b = [round(5 * x) + draw(3) for x in a]
points = [[draw(1000) / 1000, draw(1000) / 1000] for _ in range(60)]
of = [draw(4) for _ in range(60)]

json.dump(
    {
        "made_by": "evaluate.py",
        "versions": {"scikit-learn": sklearn.__version__, "gensim": gensim.__version__, "scipy": scipy.__version__},
        "agreement": agreement,
        "texts": [[int(w) for w in text] for text in texts],
        "topics": topics,
        "npmi": npmi,
        "spearman": {"a": a, "b": b, "rho": float(spearmanr(a, b).statistic)},
        "silhouette": {"rows": points, "labels": of, "mean": float(silhouette_score(np.array(points), of))},
    },
    __import__("sys").stdout,
    separators=(",", ":"),
)
print()
