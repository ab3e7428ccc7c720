"""A whole run and what one would write with scikit-learn and rjieba, in turns on the same files.

    pip install numpy scikit-learn rjieba
    cargo build --release --bin wenmai --example same_work
    python benches/peers_whole.py FILE.jsonl:K [FILE.jsonl:K ...]

Ours is `wenmai cluster FILE -k K --json`: reading, terms and phrases, both views, smoothing, ten starts of k-means, names,
evidence, stories, sub-themes. Theirs reads the file, cuts it with rjieba, and fits TfidfVectorizer, TruncatedSVD(100) and
KMeans(K, n_init=10). `same` is ours again with what theirs does and no more (`same_work.rs`). Five runs of each in turn; wall
seconds and peak memory (MB) of the process are medians, the V-measures against the labels those of the last run. `inside` is
their time without starting Python and importing.
"""
import json, os, re, statistics, subprocess, sys, tempfile, time

PEER = r'''
import json, re, sys, time
import rjieba
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.metrics import v_measure_score
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS as stop, TfidfVectorizer
from sklearn.preprocessing import normalize
inside = time.perf_counter()
han, latin = re.compile(r"[\u4e00-\u9fff]{2,}"), re.compile(r"[a-z][a-z\-']{2,}")
def tokens(text):
    return [w for w in rjieba.cut(text.lower()) if han.fullmatch(w) or (latin.fullmatch(w) and w not in stop)]
rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
texts = [((r.get("title") or "") + " " + (r.get("text") or "")).strip() for r in rows]
x = TfidfVectorizer(tokenizer=tokens, token_pattern=None, lowercase=False, sublinear_tf=True).fit_transform(texts)
z = normalize(TruncatedSVD(100, random_state=0).fit_transform(x))
found = KMeans(int(sys.argv[2]), n_init=10, random_state=0).fit(z).labels_
inside = time.perf_counter() - inside
labels = [r.get("label") for r in rows]
print(json.dumps([inside, round(v_measure_score(labels, found), 4) if len(set(labels)) > 1 else None]))
'''


def run(command):
    with tempfile.TemporaryFile() as out:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{command[0]} failed on {file}: is it there, and is the program built?")
        out.seek(0)
        return seconds, usage.ru_maxrss / 1024, out.read()


for argument in sys.argv[1:]:
    file, k = argument.rsplit(":", 1)
    ours, same, theirs, inside = [], [], [], []
    for _ in range(5):
        ours.append(run(["target/release/wenmai", "cluster", file, "-k", k, "--json", "--quiet"])[:2])
        *measured, printed = run(["target/release/examples/same_work", file, k])
        same.append(measured)
        found = json.loads(printed)
        seconds, peak, printed = run([sys.executable, "-c", PEER, file, k])
        theirs.append((seconds, peak))
        seconds, of_theirs = json.loads(printed)
        inside.append(seconds)
    median = lambda runs, i: statistics.median(run[i] for run in runs)
    seconds, peak, within = median(theirs, 0), median(theirs, 1), statistics.median(inside)

    def beside(runs, name, prefix):
        own, held = median(runs, 0), median(runs, 1)
        return {f"{name}_s": round(own, 3), f"{name}_mb": round(held), f"{prefix}times_faster": round(seconds / own, 2),
                f"{prefix}than_inside": round(within / own, 2), f"{prefix}memory": round(held / peak, 2)}

    print(json.dumps({"file": os.path.basename(file), "k": int(k), "peer_s": round(seconds, 3), "inside_s": round(within, 3),
                      "peer_mb": round(peak)} | beside(ours, "wenmai", "") | beside(same, "same", "same_")
                     | {"same_v_measure": found["v_measure"], "peer_v_measure": of_theirs}))
