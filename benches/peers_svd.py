"""The truncated SVD and scikit-learn's, on the very same TF-IDF matrix.

    pip install numpy scipy scikit-learn
    python benches/peers_svd.py FILE.jsonl [FILE.jsonl ...]

`cargo bench --bench svd -- FILE FOLDER` writes the matrix and its vectors and times five runs; then scikit-learn's
TruncatedSVD(100, random_state=0), with its five power iterations and ten oversamples, is timed five times. Prints the medians,
their ratio, and of both the explained variance: that of the rows in the space of the vectors, as a share of all.
"""
import json, statistics, subprocess, sys, tempfile, time
from pathlib import Path
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD


def variance(x, vectors):
    columns = np.linalg.qr(vectors.astype(np.float64))[0]
    seen = x @ columns
    mean = np.asarray(x.mean(0)).ravel()
    whole = x.multiply(x).mean(0).sum() - (mean**2).sum()
    return float(seen.var(0).sum() / whole)


for file in sys.argv[1:]:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["cargo", "bench", "--quiet", "--bench", "svd", "--", str(Path(file).resolve()), folder], check=True,
                       stdout=subprocess.DEVNULL)
        part = lambda name: np.load(Path(folder) / f"{name}.npy")
        seconds, columns = (float(line) for line in (Path(folder) / "seconds.txt").read_text().split())
        indptr = part("indptr")
        x = csr_matrix((part("data"), part("indices"), indptr), shape=(len(indptr) - 1, int(columns)))
        ours = variance(x.astype(np.float64), part("vectors"))
        runs = []
        for _ in range(5):
            begin = time.perf_counter()
            model = TruncatedSVD(100, random_state=0).fit(x)
            runs.append(time.perf_counter() - begin)
        theirs = variance(x.astype(np.float64), model.components_.T)
        print(json.dumps({"file": Path(file).name, "rows": x.shape[0], "columns": x.shape[1], "seconds": seconds,
                          "scikit_learn": round(statistics.median(runs), 4),
                          "times_faster": round(statistics.median(runs) / seconds, 2),
                          "explained_variance": round(ours, 5), "of_scikit_learn": round(theirs, 5)}))
