"""Exact search against FAISS (faiss-cpu, IndexFlatIP), in one sitting: the same rows, one query at a time, two threads.

    pip install numpy faiss-cpu
    cargo build --release --example search_rows
    python benches/peers_search.py target/release/examples/search_rows MODEL [QUERIES]

MODEL is a saved model; its article vectors are the rows, of which QUERIES (200), evenly spread, are asked for. Both must
find the same ten, or ten of the same scores but for rounding. Times are in turns, FAISS between two runs of ours.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import faiss
import numpy as np

THREADS = 2


def vectors(path):
    """The article vectors of a model file, mapped."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    entry = header["articles.vectors"]
    return np.memmap(path, "<f4", "r", 8 + length + entry["data_offsets"][0], tuple(entry["shape"]))


def ours(binary, rows, queries):
    env = {"RAYON_NUM_THREADS": str(THREADS)}
    lines = subprocess.run([binary, "rows", rows, queries], capture_output=True, text=True, check=True, env=env).stdout
    lines = lines.splitlines()
    hits = [[int(i) for i in line.split()[1:]] for line in lines if line.startswith("hits")]
    print("\n".join("wenmai " + line for line in lines if not line.startswith("hits")))
    return hits


def main():
    binary, model = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    faiss.omp_set_num_threads(THREADS)
    rows = np.array(vectors(model))
    queries = rows[:: max(1, len(rows) // count)][:count].copy()
    with tempfile.TemporaryDirectory() as folder:
        names = [str(Path(folder, name)) for name in ("rows.npy", "queries.npy")]
        np.save(names[0], rows)
        np.save(names[1], queries)
        found = ours(binary, *names)
        index = faiss.IndexFlatIP(rows.shape[1])
        index.add(rows)
        times, same = [], 0
        for query, hits in zip(queries, found):
            start = time.perf_counter()
            scores, ids = index.search(query[None], 10)
            times.append((time.perf_counter() - start) * 1e3)
            known = ids[0][scores[0] > 0]
            close = np.allclose(np.sort(rows[hits] @ query), np.sort(rows[known] @ query), atol=1e-5)
            same += close
        low, high = np.median(times), np.quantile(times, 0.95)
        print(f"faiss IndexFlatIP: median {low:.2f} ms, 95th percentile {high:.2f} ms, of {len(times)}")
        print(f"the same ten: {same} of {len(times)}")
        ours(binary, *names)


if __name__ == "__main__":
    main()
