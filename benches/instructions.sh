#!/usr/bin/env bash
# Counts the instructions of one run on the sample corpus, on one thread, and compares them with those of the last time they
# were noted: more than a tenth over is a regression. `bash benches/instructions.sh note` notes them anew.
# They depend on the processor's instruction sets and on the compiler, so compare on one kind of machine.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v valgrind >/dev/null || { echo "valgrind is not installed; nothing is counted"; exit 0; }
cargo build --release --quiet
counted=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
  "${CARGO_TARGET_DIR:-target}/release/wenmai" cluster corpus/ -k 7 --threads 1 --json --quiet 2>&1 >/dev/null |
  sed -n 's/.*Collected : \([0-9]*\).*/\1/p')
noted=$(cat benches/instructions.txt 2>/dev/null || echo 0)
echo "instructions: $counted, noted: $noted"
if [ "${1:-}" = note ]; then echo "$counted" >benches/instructions.txt; exit 0; fi
[ "$counted" -le $((noted + noted / 10)) ] || { echo "over a tenth more than noted"; exit 1; }
