"""Many articles out of few: each takes sentences of one article of FILE.jsonl, and one of another, in random order.

    python3 benches/recombine.py FILE.jsonl N [SENTENCES] > many.jsonl

FILE.jsonl holds one object a line with `text` (and perhaps `date`). The seed is fixed, so the same file gives the same
articles. Sentences keep their articles' subjects, so themes are as many and as large as in FILE, and each article is new.
"""
import json, random, re, sys

path, n = sys.argv[1], int(sys.argv[2])
take = int(sys.argv[3]) if len(sys.argv) > 3 else 3
articles = []
with open(path, encoding="utf-8") as lines:
    for line in lines:
        row = json.loads(line)
        sentences = [s.strip() for s in re.findall(r"[^。！？!?]+[。！？!?]*", row.get("text") or "")]
        sentences = [s for s in sentences if 12 <= len(s) <= 160]
        if len(sentences) >= take:
            articles.append((sentences, row.get("date")))
rng = random.Random(1)
out = sys.stdout
for i in range(n):
    sentences, date = articles[rng.randrange(len(articles))]
    chosen = rng.sample(sentences, take - 1) + [rng.choice(articles[rng.randrange(len(articles))][0])]
    rng.shuffle(chosen)
    row = {"id": f"{i:07}", "text": "".join(chosen)}
    if date:
        row["date"] = date
    out.write(json.dumps(row, ensure_ascii=False) + "\n")
