"""The k-means engine and scikit-learn's, in turns on the very same rows.

    python3 -m venv .venv && .venv/bin/pip install numpy scikit-learn
    cargo build --release --example kmeans_rows
    .venv/bin/python benches/peers_kmeans.py N D K [--starts S] [--rounds R]

Rows are seeded blobs: K centres drawn from the unit cube, each row a centre plus noise, uniform in [-0.75, 0.75] a column.
Both read them from one .npy file, each run in a process of its own. Times are of the fit alone; cpu is of the whole process.
scikit-learn: KMeans, Lloyd, greedy k-means++, max_iter 50, tol 1e-4. Prints a JSON object a run, then medians and ratios.
"""
import argparse, json, os, resource, statistics, subprocess, sys, tempfile, time


def write(path, n, d, k):
    import numpy as np
    g = np.random.default_rng(1)
    c = g.random((k, d), dtype=np.float32)
    rows = np.lib.format.open_memmap(path, mode="w+", dtype="<f4", shape=(n, d))
    for start in range(0, n, 65536):  # in pieces, so that this process stays small
        at = np.arange(start, min(n, start + 65536))
        rows[at] = c[at % k] + (g.random((len(at), d), dtype=np.float32) - np.float32(0.5)) * np.float32(1.5)
    rows.flush()


def peer(path, k, starts, iterations):
    import numpy as np
    from sklearn.cluster import KMeans
    x = np.load(path)
    t = time.perf_counter()
    m = KMeans(k, n_init=starts, max_iter=iterations, tol=1e-4, random_state=0).fit(x)
    seconds = time.perf_counter() - t
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
    print(json.dumps({"seconds": round(seconds, 4), "iterations": int(m.n_iter_),
                      "inertia_per_row": float(m.inertia_) / len(x), "peak_mb": peak}))


def run(name, command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    out["cpu"] = round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2)
    print(json.dumps({"of": name} | out), flush=True)
    return out


def main(a):
    with tempfile.TemporaryDirectory(dir=a.folder) as folder:
        path = os.path.join(folder, "rows.npy")
        subprocess.run([sys.executable, __file__, "write", path, str(a.n), str(a.d), str(a.k)], check=True)
        ours = [a.binary, path, str(a.k), str(a.starts), str(a.iterations)]
        theirs = [sys.executable, __file__, "peer", path, str(a.k), str(a.starts), str(a.iterations)]
        runs = [(run("wenmai", ours), run("scikit-learn", theirs)) for _ in range(a.rounds)]
    middle = lambda side, key: statistics.median(r[side][key] for r in runs)
    print(json.dumps({
        "rows": a.n, "columns": a.d, "k": a.k, "starts": a.starts,
        "wenmai_s": middle(0, "seconds"), "scikit_learn_s": middle(1, "seconds"),
        "ratio": round(middle(1, "seconds") / middle(0, "seconds"), 2),
        "cpu_ratio": round(middle(1, "cpu") / middle(0, "cpu"), 2),
        "wenmai_inertia": round(middle(0, "inertia_per_row"), 5),
        "scikit_learn_inertia": round(middle(1, "inertia_per_row"), 5),
    }))


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        write(sys.argv[2], *map(int, sys.argv[3:6]))
    elif sys.argv[1:2] == ["peer"]:
        peer(sys.argv[2], *map(int, sys.argv[3:6]))
    else:
        p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
        for name in "ndk":
            p.add_argument(name, type=int)
        p.add_argument("--starts", type=int, default=1)
        p.add_argument("--iterations", type=int, default=50)
        p.add_argument("--rounds", type=int, default=3)
        p.add_argument("--binary", default="target/release/examples/kmeans_rows")
        p.add_argument("--folder", help="where the rows are written, while it runs")
        main(p.parse_args())
