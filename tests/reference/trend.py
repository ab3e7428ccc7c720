"""Reference values for src/trend: needs nothing but Python.

Bursts: Kleinberg 2002, "Bursty and hierarchical structure in streams", section 4, with s = 2 and gamma = 1, by brute force:
every path of states is weighed. G2: twice the sum of O ln(O / E) over the cells of a 2 x 2 table. Chance: the survival
function of chi-squared with one degree of freedom, erfc(sqrt(x / 2))."""

from itertools import product
from math import comb, erfc, log, sqrt

relevant, all_ = [1, 2, 9, 8, 1, 0, 1, 6], [20] * 8
usual = sum(relevant) / sum(all_)
shares = [usual, 2 * usual]
cost = lambda state, t: -log(
    comb(all_[t], relevant[t]) * shares[state] ** relevant[t] * (1 - shares[state]) ** (all_[t] - relevant[t])
)


def total(path):
    ups = sum(b > a for a, b in zip((0,) + path, path))
    return sum(cost(state, t) for t, state in enumerate(path)) + ups * log(len(relevant))


best = min(product((0, 1), repeat=len(relevant)), key=total)
print(best, sum(cost(0, t) - cost(1, t) for t, state in enumerate(best) if state))


def g2(a, n, b, m):
    observed = [[a, n - a], [b, m - b]]
    columns = [a + b, n + m - a - b]
    return 2 * sum(
        o * log(o * (n + m) / (size * column))
        for row, size in zip(observed, (n, m))
        for o, column in zip(row, columns)
        if o
    )


print(g2(10, 20, 5, 80), g2(4, 4, 0, 96))
print([erfc(sqrt(x / 2)) for x in (3.841, 10, 25)])
